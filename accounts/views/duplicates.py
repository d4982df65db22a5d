"""The page of duplicates: pairs that may be the same, the likeliest first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.duplicates.pairs import ORDER, account_pairs, contact_pairs, dismiss
from accounts.duplicates.reasons import in_words
from accounts.enums import MergeKind
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy

PER_PAGE = 50


@policy(GET=Who.STAFF)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Accounts, or with `kind=contact` people of one account."""
    principal = request.principal  # type: ignore[attr-defined]
    kind = _kind(request.GET.get("kind") or MergeKind.ACCOUNT)
    pairs = account_pairs(principal) if kind == MergeKind.ACCOUNT else contact_pairs(principal)
    page = keyset_page(pairs, order=ORDER, limit=PER_PAGE, cursor=request.GET.get("cursor"))
    for pair in page.rows:
        pair.words = ", ".join(in_words(pair.reasons))
        one = pair.account if kind == MergeKind.ACCOUNT else pair.contact
        pair.kept, pair.gone = sorted((one, pair.other), key=lambda row: (row.created_at, row.pk))  # the older one
    return render(request, "accounts/duplicates.html", {"page": page, "kind": kind, "kinds": MergeKind})


@policy(POST=Who.STAFF)
def duplicate_dismiss(request: HttpRequest, kind: str, pair_id: UUID) -> HttpResponse:
    """They are two after all; the toast takes it back, by the same address with `again`."""
    principal, kind = request.principal, _kind(kind)  # type: ignore[attr-defined]
    again = request.GET.get("again") == "1"
    dismiss(by=principal, kind=kind, pair_id=pair_id, dismissed=not again, now=clock.now())
    if again:
        messages.success(request, _("The pair is listed again."))
    else:
        undo = f"{reverse('duplicate_dismiss', args=[kind, pair_id])}?again=1"
        messages.success(request, _("Not duplicates: nobody is asked again."), extra_tags=f"undo:{undo}")
    return hx_redirect(request, f"{reverse('duplicate_list')}?kind={kind}")


def _kind(text: str) -> str:
    if text not in MergeKind.values:
        raise BadInput("unknown_kind", _("There are duplicates of accounts and of people."), field="kind")
    return text
