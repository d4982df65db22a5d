"""My day: what every floor wants done, as one list by urgency, and what changed since yesterday."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.criteria import with_earlier_health
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account
from accounts.registry import DayLine, registry
from kam.people.principal import Principal

DAYS_AHEAD = 7
LEAST_MOVE = 5
MOST_SHOWN = 50
WORST_FIRST = {"red": 0, "amber": 1, "neutral": 2, "green": 3}


@dataclass(frozen=True)
class DayGroup:
    """Lines that are due in the same stretch of time; `lines` holds the most urgent of `count`."""

    key: str
    title: str | Promise
    lines: list[DayLine]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True)
class WeekDay:
    day: date
    count: int
    is_today: bool


@dataclass(frozen=True)
class Day:
    """`clear_until` is the next day with something to do, where there is nothing for today."""

    groups: list[DayGroup]
    week: list[WeekDay]
    is_clear: bool
    clear_until: date | None


def day_of(principal: Principal, *, now: datetime) -> Day:
    """The lines of every source, grouped: today (and overdue), the six days after, later."""
    today = reporting_day(now)
    lines = sorted(
        (line for source in registry.day for line in source.lines(principal, now)),
        key=lambda line: _urgency(line, today),
    )
    due = [line for line in lines if _when(line, today) <= today]
    week = [line for line in lines if today < _when(line, today) < today + timedelta(days=DAYS_AHEAD)]
    later = [line for line in lines if _when(line, today) >= today + timedelta(days=DAYS_AHEAD)]
    groups = [
        _group("today", _("Today"), due),
        _group("week", _("This week"), week),
        _group("later", _("Later"), later),
    ]
    upcoming = week or later
    return Day(
        groups=[group for group in groups if group.lines],
        week=_week(lines, today),
        is_clear=not due,
        clear_until=_when(upcoming[0], today) if upcoming and not due else None,
    )


def moved_since_yesterday(principal: Principal, *, now: datetime) -> QuerySet[Account]:
    """Own accounts whose health moved by at least five since yesterday, the steepest fall first."""
    accounts = with_earlier_health(_own(principal), on=reporting_day(now) - timedelta(days=1))
    accounts = accounts.annotate(moved=F("health") - F("earlier_health"))
    return accounts.filter(Q(moved__lte=-LEAST_MOVE) | Q(moved__gte=LEAST_MOVE)).order_by("moved", "id")[:MOST_SHOWN]


def worth_a_call(principal: Principal, *, now: datetime) -> QuerySet[Account]:
    """The three own customers that go stale next: a call today saves them from it."""
    customers = _own(principal).filter(lifecycle__in=CUSTOMER_LIFECYCLES, stale_at__gte=now)
    return customers.order_by("stale_at", "id")[:3]


def _own(principal: Principal) -> QuerySet[Account]:
    return Account.objects.visible_to(principal.own_view)


def _when(line: DayLine, today: date) -> date:
    return line.due_on or today


def _urgency(line: DayLine, today: date) -> tuple[date, int, float, str, str]:
    """Overdue counts as today: there the state decides, then the weight; ahead, the day does."""
    when = max(_when(line, today), today)
    return when, WORST_FIRST.get(line.state, 2), -line.weight, line.account.name_sort, str(line.account.pk)


def _group(key: str, title: str | Promise, lines: Sequence[DayLine]) -> DayGroup:
    return DayGroup(key, title, list(lines[:MOST_SHOWN]), len(lines))


def _week(lines: Sequence[DayLine], today: date) -> list[WeekDay]:
    due = Counter(max(_when(line, today), today) for line in lines)
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    return [WeekDay(day, due[day], day == today) for day in days]
