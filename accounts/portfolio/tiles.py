"""The accounts by value: what the treemap draws and the table beside it tells."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Account
from accounts.portfolio.figures import Tally

TILES = 100  # more cannot be told apart


@dataclass(frozen=True)
class Treemap:
    """The most valuable accounts in the reporting currency; `rest` more of them are worth `rest_value`.

    `foreign` accounts are valued in other currencies, which one area cannot compare.
    """

    accounts: list[Account]
    rest: int
    rest_value: Decimal
    foreign: int


def treemap(accounts: QuerySet[Account], tally: Tally) -> Treemap:
    """One query; `tally` counts all of `accounts`."""
    valued = accounts.filter(currency=settings.REPORTING_CURRENCY, account_revenue__gt=0).select_related("owner")
    shown = list(valued.order_by("-account_revenue", "id")[:TILES])
    worth = sum((account.account_revenue or Decimal(0) for account in shown), Decimal(0))
    return Treemap(shown, tally.valued - len(shown), tally.value - worth, tally.foreign)
