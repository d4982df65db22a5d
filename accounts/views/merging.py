"""Two accounts, or two people of one, compared and merged; and the way back."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import accounts_named
from accounts.enums import MergeKind
from accounts.merging.accounts import merge_accounts, undo_merge
from accounts.merging.choices import ACCOUNT_CHOICES, CONTACT_CHOICES
from accounts.merging.comparing import compare_accounts, compare_contacts, versions_of
from accounts.merging.contacts import merge_contacts, undo_contact_merge
from accounts.merging.selectors import get_merge, is_part_of
from accounts.models import Merge
from accounts.selectors import contacts_of, get_account, get_contact, steered
from kam.core import clock
from kam.core.errors import BadInput, DomainError, NotVisible
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy

MAX_SEARCH = 200


@policy(GET=Who.STAFF, POST=Who.STAFF)
def account_merge(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """`with` names the account that becomes part of this one; without it, which one is asked."""
    principal = request.principal  # type: ignore[attr-defined]
    kept = get_account(principal, account_id)
    context: dict[str, Any] = {"kept": kept, "account": kept, "back": reverse("account_detail", args=[kept.pk])}
    other_id = _other(request)
    if other_id is None:
        words = request.GET.get("search", "")[:MAX_SEARCH]
        found = [one for one in accounts_named(principal, words) if one.pk != kept.pk] if words else []
        return render(request, "accounts/merge_search.html", {**context, "words": words, "found": found})
    if _is_done(request, kept.pk, other_id):
        return hx_redirect(request, context["back"])
    gone = get_account(principal, other_id)
    context |= {
        "gone": gone,
        "swapped": f"{reverse('account_merge', args=[gone.pk])}?with={kept.pk}",
        "may_merge": steered(principal).filter(pk__in=[kept.pk, gone.pk]).count() == 2,
        "kept_page": reverse("account_detail", args=[kept.pk]),
        "gone_page": reverse("account_detail", args=[gone.pk]),
    }

    def merge() -> Merge:
        take, seen = _taken(request, ACCOUNT_CHOICES), versions_of(request.POST.get("versions", ""))
        return merge_accounts(by=principal, survivor=kept, absorbed=gone, take=take, versions=seen, now=clock.now())

    return _answer(request, merge, lambda: compare_accounts(principal, kept, gone), context)


@policy(GET=Who.STAFF, POST=Who.STAFF)
def contact_merge(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """The same for two people of one account; without `with` its other people are offered."""
    principal = request.principal  # type: ignore[attr-defined]
    kept = get_contact(principal, contact_id)
    account = kept.account
    context: dict[str, Any] = {"kept": kept, "account": account, "back": reverse("account_detail", args=[account.pk])}
    other_id = _other(request)
    if other_id is None:
        others = contacts_of(principal, account).exclude(pk=kept.pk)[:200]
        return render(request, "accounts/merge_contact.html", {**context, "others": others})
    if _is_done(request, kept.pk, other_id):
        return hx_redirect(request, context["back"])
    gone = get_contact(principal, other_id)
    context |= {
        "gone": gone,
        "swapped": f"{reverse('contact_merge', args=[gone.pk])}?with={kept.pk}",
        "may_merge": kept.account_id == gone.account_id,
        "kept_page": reverse("contact_edit", args=[kept.pk]),
        "gone_page": reverse("contact_edit", args=[gone.pk]),
    }

    def merge() -> Merge:
        take, seen = _taken(request, CONTACT_CHOICES), versions_of(request.POST.get("versions", ""))
        return merge_contacts(by=principal, survivor=kept, absorbed=gone, take=take, versions=seen, now=clock.now())

    return _answer(request, merge, lambda: compare_contacts(kept, gone), context)


@policy(POST=Who.STAFF)
def merge_undo(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Both are there again; what came since stays with the survivor."""
    principal = request.principal  # type: ignore[attr-defined]
    merge = get_merge(principal, merge_id)
    survivor = reverse("account_detail", args=[merge.account_id])
    try:
        if merge.kind == MergeKind.ACCOUNT:
            undo_merge(by=principal, merge=merge, now=clock.now())
        else:
            undo_contact_merge(by=principal, merge=merge, now=clock.now())
    except NotVisible:
        raise
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("%(name)s is on its own again.") % {"name": merge.absorbed_name})
    return hx_redirect(request, survivor)


def _answer(
    request: HttpRequest, merge: Callable[[], Merge], compare: Callable[[], Any], context: Mapping[str, Any]
) -> HttpResponse:
    """Show both side by side, or merge them and go to what is left, where a toast offers the way back."""
    refused = ""
    if request.method == "POST":
        try:
            merged = merge()
        except NotVisible:
            raise
        except DomainError as error:
            refused = error.detail
        else:
            said = _("%(gone)s became part of %(kept)s.") % {"gone": merged.absorbed_name, "kept": context["kept"]}
            undo = reverse("merge_undo", args=[merged.pk])
            messages.success(request, said, extra_tags=f"undo:{undo}")
            return hx_redirect(request, str(context["back"]))
    shown = {**context, "comparison": compare(), "refused": refused}
    return render(request, "accounts/merge.html", shown, status=422 if refused else 200)


def _is_done(request: HttpRequest, kept_id: UUID, other_id: UUID) -> bool:
    """Sent twice, it is merged once: the second answer is the first one's."""
    return request.method == "POST" and is_part_of(request.principal, kept_id, other_id)  # type: ignore[attr-defined]


def _other(request: HttpRequest) -> UUID | None:
    """Raises: BadInput for what is no id."""
    text = request.POST.get("with") or request.GET.get("with") or ""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not an id."), field="with") from error


def _taken(request: HttpRequest, choices: Mapping[str, Any]) -> list[str]:
    return [choice for choice in choices if request.POST.get(f"take-{choice}") == "absorbed"]
