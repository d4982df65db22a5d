"""What a list or the portfolio shows, as a CSV file: the same address but for its end."""

from django.http import HttpRequest, StreamingHttpResponse

from accounts.exporting import account_rows, figure_rows
from accounts.listing import ORDERINGS
from accounts.portfolio import ALL_OWNERS
from accounts.views.accounts import chosen_accounts
from accounts.views.portfolio import chosen_portfolio
from kam.core import clock
from kam.core.policy import Who, policy
from kam.exchange.downloads import csv_answer


@policy(GET=Who.SIGNED_IN)
def account_export(request: HttpRequest) -> StreamingHttpResponse:
    """The accounts of the list, all its pages, with its filters and in its order."""
    now = clock.now()
    filters, state = chosen_accounts(request, now)
    return csv_answer(f"accounts-{now:%Y-%m-%d}.csv", account_rows(filters.chosen(), order=ORDERINGS[state.ordering]))


@policy(GET=Who.SIGNED_IN)
def portfolio_export(request: HttpRequest) -> StreamingHttpResponse:
    """The figures by owner and by team, of the team and period chosen."""
    now = clock.now()
    found = chosen_portfolio(request, now, owners=ALL_OWNERS)["portfolio"]
    return csv_answer(f"portfolio-{now:%Y-%m-%d}.csv", figure_rows([("owner", found.owners), ("team", found.teams)]))
