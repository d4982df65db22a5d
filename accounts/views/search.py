"""Accounts by name, for the selects that search: the log dialog's, and "Part of" on the account form."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from accounts.choices import accounts_named
from kam.core.errors import BadInput
from kam.core.policy import Who, policy

MAX_SEARCH = 200


@policy(GET=Who.STAFF)
def account_search(request: HttpRequest) -> HttpResponse:
    """At most 20 accounts that the person sees: [{value, text, note}]."""
    words = request.GET.get("search", "")
    if len(words) > MAX_SEARCH:
        raise BadInput("search_too_long", _("Search for fewer words."), field="search")
    found = accounts_named(request.principal, words)  # type: ignore[attr-defined]
    rows = [{"value": str(a.pk), "text": a.name, "note": a.owner.name if a.owner else ""} for a in found]
    return JsonResponse(rows, safe=False)
