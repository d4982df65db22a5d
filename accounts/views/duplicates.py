"""The page of duplicates: pairs that may be the same, the likeliest first."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.duplicates.pairs import ORDER, account_pairs, ask_again, contact_pairs, dismiss
from accounts.duplicates.reasons import in_words
from accounts.duplicates.typed import alike_to_typed
from accounts.enums import MergeKind
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy

PER_PAGE = 50
MAX_TYPED = 200


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
def duplicate_dismiss(request: HttpRequest, kind: str) -> HttpResponse:
    """The ticked ones are two after all, or the `only` one; the toast takes it back, by the moment it was said."""
    principal, kind = request.principal, _kind(kind)  # type: ignore[attr-defined]
    back = f"{reverse('duplicate_list')}?kind={kind}"
    if moment := request.GET.get("again"):
        number = ask_again(by=principal, kind=kind, dismissed_at=_moment(moment))
        said = ngettext("%(n)d pair is listed again.", "%(n)d pairs are listed again.", number)
        messages.success(request, said % {"n": number})
        return hx_redirect(request, back)
    now = clock.now()
    number = dismiss(by=principal, kind=kind, pair_ids=_ticked(request), now=now)
    said = ngettext(
        "Not duplicates: nobody is asked again.",
        "%(n)d pairs are no duplicates: nobody is asked again.",
        max(number, 1),  # none: they were dismissed already
    )
    undo = f"undo:{reverse('duplicate_dismiss', args=[kind])}?{urlencode({'again': now.isoformat()})}"
    messages.success(request, said % {"n": number}, extra_tags=undo if number else "")
    return hx_redirect(request, back)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("bad_date", _("This is not a moment."), field="again") from error


def _ticked(request: HttpRequest) -> set[UUID]:
    """Raises: BadInput for what is no id, for none, or for more than a page has."""
    texts = request.POST.getlist("only") or request.POST.getlist("pair")
    if not 1 <= len(texts) <= PER_PAGE:
        raise BadInput("choose_some", _("Tick the pairs that are not the same."), field="pair")
    try:
        return {UUID(text) for text in texts}
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not an id."), field="pair") from error


@policy(GET=Who.STAFF)
def account_alike(request: HttpRequest) -> HttpResponse:
    """A piece of the form for a new account: those that look like what is being typed. Raises: BadInput."""
    name, website = request.GET.get("name", ""), request.GET.get("website", "")
    if max(len(name), len(website)) > MAX_TYPED:
        raise BadInput("search_too_long", _("Search for fewer words."), field="name")
    found = alike_to_typed(request.principal, name=name, website=website)  # type: ignore[attr-defined]
    return render(request, "accounts/alike.html", {"found": found})


def _kind(text: str) -> str:
    if text not in MergeKind.values:
        raise BadInput("unknown_kind", _("There are duplicates of accounts and of people."), field="kind")
    return text
