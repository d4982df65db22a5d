"""From which day silence counts of the customers that an import makes, where their first check-ins are to be spread."""

from collections.abc import Callable, Sequence
from datetime import date

from accounts.models import Account

Lines = Sequence[tuple[int, Account]]  # the number of a line in the file, and the account it makes
Choose = Callable[[Lines, date], None]
_choosers: list[Choose] = []


def register(choose: Choose) -> None:
    """The floor that plans check-ins says in `ready()` how it spreads them: it sets earlier days than the given one."""
    _choosers.append(choose)


def choose_first_days(lines: Lines, today: date) -> None:
    """A file comes in chunks, and only the numbers of their lines tell one from another."""
    for _line, account in lines:
        account.silence_from_on = today
    for choose in _choosers:
        choose(lines, today)
