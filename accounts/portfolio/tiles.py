"""The customers by value: what the treemap draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.portfolio.figures import Tally
from accounts.rollup.foremost import Customer

TILES = 40  # of nearly equal value, each still has room for its name on a phone


@dataclass(frozen=True)
class Treemap:
    """The most valuable accounts in the reporting currency; `rest` more of them are worth `rest_value`.

    `foreign` accounts are valued in other currencies, which one area cannot compare.
    """

    accounts: Sequence[Customer]
    rest: int
    rest_value: Decimal
    foreign: int


def treemap(shown: Sequence[Customer], tally: Tally) -> Treemap:
    """`shown` are the first ones; `tally` counts all of them."""
    worth = sum((account.account_revenue or Decimal(0) for account in shown), Decimal(0))
    return Treemap(shown, tally.valued - len(shown), tally.value - worth, tally.foreign)
