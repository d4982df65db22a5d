"""From which day silence counts of the customers that an import makes, where their first check-ins are to be spread."""

from collections.abc import Callable, Sequence
from datetime import date

from accounts.models import Account

Choose = Callable[[Sequence[Account], date], None]
_choosers: list[Choose] = []


def register(choose: Choose) -> None:
    """The floor that plans check-ins says in `ready()` how it spreads them: it sets earlier days than the given one."""
    _choosers.append(choose)


def choose_first_days(accounts: Sequence[Account], today: date) -> None:
    for account in accounts:
        account.silence_from_on = today
    for choose in _choosers:
        choose(accounts, today)
