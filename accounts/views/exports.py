"""What a list or the portfolio shows, as a CSV file: the same address but for its end."""

from django.db.models import F
from django.http import HttpRequest, StreamingHttpResponse

from accounts.exporting import figure_rows
from accounts.exports import fields_shown
from accounts.listing import ORDERINGS
from accounts.portfolio import ALL_OWNERS
from accounts.views.accounts import chosen_accounts
from accounts.views.portfolio import chosen_portfolio
from kam.core import clock
from kam.core.policy import Who, policy
from kam.exchange.downloads import csv_answer
from kam.exchange.exports.registry import export_kind
from kam.exchange.exports.rows import Reader


@policy(GET=Who.SIGNED_IN)
def account_export(request: HttpRequest) -> StreamingHttpResponse:
    """The accounts of the list, all its pages, with its filters and columns and in its order."""
    now = clock.now()
    filters, state = chosen_accounts(request, now)
    keys = ORDERINGS[state.ordering]
    order = [F(key[1:]).desc(nulls_last=True) if key.startswith("-") else F(key).asc(nulls_last=True) for key in keys]
    kind = export_kind("accounts")
    principal = request.principal  # type: ignore[attr-defined]
    reader = Reader(principal, filters.chosen(), kind.chosen(fields_shown(state.columns)), now=now)
    return csv_answer(f"accounts-{now:%Y-%m-%d}.csv", reader.all_rows(order))


@policy(GET=Who.SIGNED_IN)
def portfolio_export(request: HttpRequest) -> StreamingHttpResponse:
    """The figures by owner and by team, of the team and period chosen."""
    now = clock.now()
    found = chosen_portfolio(request, now, owners=ALL_OWNERS)["portfolio"]
    return csv_answer(f"portfolio-{now:%Y-%m-%d}.csv", figure_rows([("owner", found.owners), ("team", found.teams)]))
