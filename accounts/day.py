"""My day: what every floor wants done, as one list by urgency."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.days import reporting_day
from accounts.news import WORST_FIRST
from accounts.registry import DayLine, registry
from kam.people.principal import Principal

DAYS_AHEAD = 7
MOST_SHOWN = 30
FEW_AHEAD = 10  # of each day to come, where today alone is more than is shown


@dataclass(frozen=True)
class Further:
    """What somebody wants to see of one group: its lines after the first `after`."""

    key: str
    after: int


@dataclass(frozen=True)
class DayGroup:
    """Lines that are due in the same stretch of time; `lines` holds those of `count` that follow the first `after`."""

    key: str
    title: str | Promise
    lines: list[DayLine]
    count: int
    after: int = 0

    @property
    def until(self) -> int:
        return self.after + len(self.lines)

    @property
    def more(self) -> int:
        return self.count - self.until


@dataclass(frozen=True)
class WeekDay:
    """`count` lines, `appointments` of them at a certain time."""

    day: date
    count: int
    appointments: int
    is_today: bool


@dataclass(frozen=True)
class Day:
    """`clear_until` is the next day with something to do, where there is nothing for today.

    `is_further` where one group alone goes on.
    """

    groups: list[DayGroup]
    week: list[WeekDay]
    is_clear: bool
    clear_until: date | None
    is_further: bool


def day_of(principal: Principal, *, now: datetime, further: Further | None = None) -> Day:
    """The lines of every source, grouped: today (and overdue), the six days after, later.

    All are counted; only those shown are put into words. The rest of a group is had by asking for what is `further`:
    no other list holds the same lines. Where that group has become empty the day is shown as ever.
    """
    today = reporting_day(now)
    found = {source.key: source.lines(principal, now) for source in registry.day}
    lines = _one_each(sorted(chain.from_iterable(found.values()), key=lambda line: _urgency(line, today)), today)
    due = [line for line in lines if _when(line, today) <= today]
    week = [line for line in lines if today < _when(line, today) < today + timedelta(days=DAYS_AHEAD)]
    later = [line for line in lines if _when(line, today) >= today + timedelta(days=DAYS_AHEAD)]
    ahead = MOST_SHOWN if len(due) <= MOST_SHOWN else FEW_AHEAD
    groups = [
        _group("today", _("Today"), due, MOST_SHOWN, further),
        _group("week", _("This week"), week, ahead, further),
        _group("later", _("Later"), later, ahead, further),
    ]
    groups = [group for group in groups if group.lines]
    asked = [group for group in groups if further and group.key == further.key]
    upcoming = week or later
    return Day(
        groups=_completed(asked or groups, found, principal, now),
        week=_week(lines, today),
        is_clear=not due,
        clear_until=_when(upcoming[0], today) if upcoming and not due else None,
        is_further=bool(asked),
    )


def _group(key: str, title: Promise, lines: Sequence[DayLine], most: int, further: Further | None) -> DayGroup:
    """The first lines, or those further on; where lines have gone meanwhile, the last."""
    if further is None or further.key != key:
        return DayGroup(key, title, list(lines[:most]), len(lines))
    after = further.after if further.after < len(lines) else max(len(lines) - MOST_SHOWN, 0)
    return DayGroup(key, title, list(lines[after : after + MOST_SHOWN]), len(lines), after)


def _when(line: DayLine, today: date) -> date:
    return line.due_on or today


def _urgency(line: DayLine, today: date) -> tuple[date, int, float, str, str]:
    """Overdue counts as today: there the state decides, then the weight; ahead, the day does."""
    when = max(_when(line, today), today)
    return when, WORST_FIRST.get(line.state, 2), -line.weight, line.account.name_sort, str(line.account.pk)


def _one_each(lines: Sequence[DayLine], today: date) -> list[DayLine]:
    """The most urgent line of each account, besides appointments, which have lines of their own."""
    first: dict[UUID, DayLine] = {}
    for line in lines:
        before = first.setdefault(line.account.pk, line) if line.at is None else line
        if line.speaks_first and not before.speaks_first and _urgency(line, today)[:2] == _urgency(before, today)[:2]:
            first[line.account.pk] = line
    return [line for line in lines if line.at is not None or first[line.account.pk] is line]


def _completed(
    groups: list[DayGroup], found: Mapping[str, Sequence[DayLine]], principal: Principal, now: datetime
) -> list[DayGroup]:
    """The groups with the words that their sources add to the lines shown; each source is asked once."""
    shown = {id(line) for group in groups for line in group.lines}
    whole: dict[int, DayLine] = {}
    for source in registry.day:
        mine = [line for line in found[source.key] if id(line) in shown]
        if source.complete and mine:
            whole |= dict(zip(map(id, mine), source.complete(principal, mine, now), strict=True))
    return [replace(group, lines=[whole.get(id(line), line) for line in group.lines]) for group in groups]


def _week(lines: Sequence[DayLine], today: date) -> list[WeekDay]:
    due = Counter(max(_when(line, today), today) for line in lines)
    timed = Counter(max(_when(line, today), today) for line in lines if line.at)
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    return [WeekDay(day, due[day], timed[day], day == today) for day in days]
