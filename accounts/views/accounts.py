"""The list of accounts."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.filters import AccountFilter
from accounts.listing import ORDERINGS, account_page, totals_of
from accounts.models import Account
from accounts.views.addresses import address_of
from accounts.views.reassigning import MOST
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.policy import Who, policy


@policy(GET=Who.SIGNED_IN)
@vary_on_headers("HX-Request")
def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts, filtered and ordered; the piece below the filters alone for htmx."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    filters, ordering = chosen_accounts(request, now)
    chosen = filters.chosen()
    page = account_page(principal, chosen, ordering=ordering, cursor=request.GET.get("cursor"), now=now)
    context: dict[str, Any] = {
        "now": now,
        "page": page,
        "totals": totals_of(chosen),
        "filters": filters,
        "ordering": ordering,
        "chips": [(word, value, address_of(request, name, "cursor")) for name, word, value in filters.in_force()],
        "clear_url": request.path,
        "address": address_of(request),
        "filter_query": address_of(request, "cursor", "ordering").partition("?")[2],
        "most_at_once": MOST,
        "export_query": address_of(request, "cursor").partition("?")[2],
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.history_restore_request:
        return render(request, "accounts/list.html", context)
    piece = render(request, "accounts/list_results.html", context)
    # The list also asks for itself again after a touchpoint was logged: that is no step in the history.
    return piece if htmx.current_url_abs_path == context["address"] else push_url(piece, context["address"])


def chosen_accounts(request: HttpRequest, now: datetime) -> tuple[AccountFilter, str]:
    """The filters and the ordering of the address. Raises BadInput for an ordering that there is none of."""
    principal = request.principal  # type: ignore[attr-defined]
    ordering = request.GET.get("ordering", "name")
    if ordering not in ORDERINGS:
        raise BadInput("unknown_ordering", _("This list cannot be ordered like that."), field="ordering")
    seen = Account.objects.visible_to(principal)
    return AccountFilter(request.GET, seen, principal=principal, now=now), ordering
