"""What domain.md says of the census, in plain Python. Days are numbers or dates: whatever has an order."""

from datetime import date
from typing import TypeVar

Day = TypeVar("Day", int, date)
Told = tuple[str, Day]  # the kind of an event, and when it is said to have happened; in the order it was told


def turns_of(told: list[Told[Day]]) -> list[Told[Day]]:
    """What really changed, and when; nothing later than what was told after it."""
    found, is_customer = [], False
    for index, (kind, _day) in enumerate(told):
        when = min(day for _kind, day in told[index:])
        becomes = kind in ("won", "regained")
        if becomes != is_customer:
            found.append((kind, when))
        is_customer = becomes
    return found


def expected(accounts: list[list[Told[Day]]], since: Day | None, on: Day) -> dict[str, int]:
    """How many were customers before `since`, and how many turns of each kind there were from then until `on`."""
    turns = [turn for told in accounts for turn in turns_of(told) if turn[1] <= on]
    before = [turn for turn in turns if since is not None and turn[1] < since]
    within = [turn for turn in turns if turn not in before]
    opening = sum(1 if kind in ("won", "regained") else -1 for kind, _ in before)
    counts = {kind: sum(1 for one, _ in within if one == kind) for kind in ("won", "regained", "lost", "merged")}
    return {"opening": opening, **counts}
