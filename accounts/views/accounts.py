"""The list of accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.bulk.changes import MOST
from accounts.columns import SEPARATOR, columns
from accounts.exports import fields_shown
from accounts.filters import AccountFilter
from accounts.list_state import ListState, Opened, opened, state_asked
from accounts.listing import account_page, totals_of
from accounts.models import Account
from accounts.saved_views import may_change, views_at_hand
from accounts.views.addresses import address_of
from accounts.views.taking_back import undo_offered
from kam.core import clock
from kam.core.errors import BadInput, NotVisible
from kam.core.policy import Who, policy

ALL = "all"  # the list without a view, also for those whose list opens with one


@policy(GET=Who.SIGNED_IN)
@vary_on_headers("HX-Request")
def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts, filtered and ordered; the piece below the filters alone for htmx."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    if "column" in request.GET:
        return redirect(_with_columns(request))
    filters, state = chosen_accounts(request, now)
    chosen = filters.chosen()
    views = [opened(view, filters) for view in views_at_hand(principal)]
    if "open" in request.GET:
        return redirect(f"{request.path}?{_named(views, request.GET['open']).query}")
    start = next((one for one in views if one.view.is_start), None)  # type: ignore[attr-defined]
    if start and not request.GET:
        return redirect(f"{request.path}?{start.query}")
    page = account_page(
        principal, chosen, ordering=state.ordering, columns=state.columns, cursor=request.GET.get("cursor"), now=now
    )
    list_query = address_of(request, "cursor").partition("?")[2]
    bare = f"{request.path}?view={ALL}" if start else request.path
    context: dict[str, Any] = {
        "now": now,
        "page": page,
        "totals": totals_of(chosen),
        "filters": filters,
        "ordering": state.ordering,
        "columns": [columns()[key] for key in state.columns],
        "chips": [(word, value, address_of(request, name, "cursor")) for name, word, value in filters.in_force()],
        "clear_url": bare,
        "address": address_of(request),
        "list_query": list_query,
        "all_query": urlencode({**state.filters, "list": list_query}),
        "most_at_once": MOST,
        "export_query": urlencode(
            {"kind": "accounts", "fields": SEPARATOR.join(fields_shown(state.columns)), **state.filters}
        ),
        "bare": bare,
        "views": views,
        "state": state,
        **undo_offered(request, list_query, now),
        **_view_in(request, views, state),
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.history_restore_request:
        return render(request, "accounts/list.html", context)
    piece = render(request, "accounts/list_results.html", context)
    # The list also asks for itself again after a touchpoint was logged: that is no step in the history.
    return piece if htmx.current_url_abs_path == context["address"] else push_url(piece, context["address"])


def chosen_accounts(request: HttpRequest, now: datetime) -> tuple[AccountFilter, ListState]:
    """The filters and what else the address asks for. Raises BadInput for an order or column there is none of."""
    principal = request.principal  # type: ignore[attr-defined]
    state = state_asked(request.GET)
    seen = Account.objects.visible_to(principal)
    return AccountFilter(request.GET, seen, principal=principal, now=now), state


def _with_columns(request: HttpRequest) -> str:
    """The form of the columns sends one parameter each, in their order; an address holds them as one."""
    query = request.GET.copy()
    query["columns"] = SEPARATOR.join(query.pop("column"))
    return f"{request.path}?{query.urlencode()}"


def _view_in(request: HttpRequest, views: Sequence[Opened], state: ListState) -> dict[str, Any]:
    """The view that is open, and whether the list shows something else by now. Raises: NotVisible, BadInput."""
    asked = request.GET.get("view", "")
    if not asked or asked == ALL:
        return {"opened": None, "view_name": asked}
    current = _named(views, asked)
    return {
        "opened": current,
        "view_name": asked,
        "is_changed": current.state != state,
        "may_change": may_change(request.principal, current.view),  # type: ignore[attr-defined]
    }


def _named(views: Sequence[Opened], asked: str) -> Opened:
    """Raises: NotVisible, BadInput for what is no id."""
    try:
        view_id = UUID(asked)
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not the id of a view."), field="view") from error
    found = next((one for one in views if one.view.pk == view_id), None)
    if found is None:
        raise NotVisible
    return found
