"""The census: how many customers there were on any date, and what made the number move.

It is read from lifecycle events, never from today's rows: opening + won + regained − lost − merged =
closing, whatever the period. Events take effect in the order in which they were recorded; none later
than one recorded after it, however it is dated. An event that changes nothing (lost twice) does not count.
Where accounts were merged, the turns of each stay its own.
Where nobody said since when an account is a customer, the earlier of its creation and its first
touchpoint counts, and the start is marked as assumed.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.expressions import RawSQL
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.enums import LifecycleEventKind
from accounts.models import LifecycleEvent
from kam.core.bounds import check_date
from kam.core.errors import BadInput
from kam.people.principal import Principal

Kind = LifecycleEventKind
GAINS, LOSSES = (Kind.WON, Kind.REGAINED), (Kind.LOST, Kind.MERGED)

# Floors above know when an account was first touched (register_first_touch).
_first_touch = "NULL::timestamptz"

# The day of an event; what was counted when its account was merged stays.
DAY = """
    CASE WHEN counted_on IS NOT NULL THEN counted_on
         WHEN assumed AND occurred_on = ({begun_at} AT TIME ZONE {zone})::date
         THEN least(occurred_on, (({first_touch}) AT TIME ZONE {zone})::date) ELSE occurred_on END
"""

# Only few events ask for it: a join would read every account.
BEGUN_AT = "(SELECT a.created_at FROM accounts_account a WHERE a.id = event.account_id)"

# One window for both: rows are sorted and gone through once.
TURNS = """
    WITH event(account_id, id, kind, assumed, occurred_on, subject_id, counted_on) AS ({events}), turn AS (
        SELECT account_id, kind, assumed, kind IN ('won', 'regained') AS is_customer,
               lead(kind IN ('won', 'regained'), 1, false) OVER backwards AS was_customer,
               min({day}) OVER backwards AS day
        FROM event WINDOW backwards AS (PARTITION BY COALESCE(subject_id, account_id) ORDER BY id DESC)
    )
    {select} FROM turn WHERE is_customer <> was_customer
"""


@dataclass(frozen=True)
class Census:
    """Customers at the end of `on`, and what became of those before `since` (None: from the very beginning).

    `assumed` of the `won` have a start that nobody gave.
    """

    on: date
    since: date | None
    opening: int = 0
    won: int = 0
    regained: int = 0
    lost: int = 0
    merged: int = 0
    assumed: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.won + self.regained - self.lost - self.merged

    def as_dict(self) -> dict[str, Any]:
        """As API and shell answer it."""
        names = ("opening", "won", "regained", "lost", "merged", "closing")
        return {"on": self.on, "total": self.closing, **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True)
class Turn:
    """A kind of event and the days on which it happened, as an address names them: won.2026-09-01.2026-09-30."""

    kind: Kind
    since: date
    on: date

    @classmethod
    def parse(cls, text: str) -> "Turn":
        """Raises: BadInput."""
        kind, _dot, days = text.partition(".")
        since, _dot, on = days.partition(".")
        if kind not in Kind.values:
            raise BadInput("unknown_filter", _("A census counts won, regained, lost and merged."), field="turned")
        return cls(Kind(kind), parse_day(since, field="turned"), parse_day(on, field="turned"))

    @property
    def words(self) -> str:
        kind, since, on = Kind(self.kind).label, *(date_format(day, "j M Y") for day in (self.since, self.on))
        return _("%(kind)s %(since)s to %(on)s") % {"kind": kind, "since": since, "on": on}


def register_first_touch(sql: str) -> None:
    """Say when an account was first touched: a scalar query over `event.account_id`, NULL where it never was."""
    global _first_touch
    _first_touch = sql


def day_of_event(*, zone: str, begun_at: str) -> str:
    """The day of a row of `event` as SQL: `zone` is the parameter for the reporting zone, twice, `begun_at` when its
    account was created."""
    return DAY.format(zone=zone, begun_at=begun_at, first_touch=_first_touch)


def census(principal: Principal, *, on: date, since: date | None = None) -> Census:
    """Of the accounts that `principal` sees; days from `since` to `on`, both included. Raises: BadInput."""
    if since is not None and since > on:
        raise BadInput("dates_in_order", _("from must not lie after on."), field="from")
    select = "SELECT kind, day >= %s, count(*), count(*) FILTER (WHERE assumed)"
    rows = _read(principal, select, [since or date.min], "AND day <= %s GROUP BY 1, 2", [on])
    counted = Census(on=on, since=since)
    for kind, within, count, assumed in rows:
        counted = _add(counted, kind, count, assumed) if within else _before(counted, kind, count)
    return counted


def census_by_month(principal: Principal, *, on: date, months: int = 12) -> list[Census]:
    """A census for each of the last `months` months, oldest first; the last ends with `on`."""
    firsts = [on.replace(day=1)]
    while len(firsts) < months:
        firsts.insert(0, (firsts[0] - timedelta(days=1)).replace(day=1))
    select = "SELECT kind, date_trunc('month', greatest(day, %s::date))::date, day < %s, count(*), "
    select += "count(*) FILTER (WHERE assumed)"
    rows = _read(principal, select, [firsts[0], firsts[0]], "AND day <= %s GROUP BY 1, 2, 3", [on])
    ends = [*(first - timedelta(days=1) for first in firsts[1:]), on]
    counted: list[Census] = []
    for first, end in zip(firsts, ends, strict=True):
        opening = counted[-1].closing if counted else sum(_sign(kind) * n for kind, _m, early, n, _a in rows if early)
        month = Census(on=end, since=first, opening=opening)
        for kind, turned_in, early, count, assumed in rows:
            if turned_in == first and not early:
                month = _add(month, kind, count, assumed)
        counted.append(month)
    return counted


def turned(principal: Principal, *, kind: Kind, since: date, on: date) -> RawSQL:
    """The ids of the accounts that were won, regained, lost or merged on these days: exactly those a census counts."""
    sql, params = _sql(principal, "SELECT account_id", [], "AND kind = %s AND day BETWEEN %s AND %s", [kind, since, on])
    return RawSQL(sql, params)  # noqa: S611  # constant text; values travel as parameters


def parse_day(text: str, *, field: str) -> date:
    """A date of ISO 8601, between 1900 and 2200. Raises: BadInput."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("bad_date", _("Write the date as 2026-09-30."), field=field) from error
    check_date(day, field=field)
    return day


def _add(counted: Census, kind: str, count: int, assumed: int) -> Census:
    more = {kind: getattr(counted, kind) + count}
    if kind == Kind.WON:
        more["assumed"] = counted.assumed + assumed
    return replace(counted, **more)


def _before(counted: Census, kind: str, count: int) -> Census:
    return replace(counted, opening=counted.opening + _sign(kind) * count)


def _sign(kind: str) -> int:
    return 1 if kind in GAINS else -1


def _read(principal: Principal, select: str, first: list[Any], rest: str, last: list[Any]) -> list[tuple[Any, ...]]:
    sql, params = _sql(principal, select, first, rest, last)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _sql(principal: Principal, select: str, first: list[Any], rest: str, last: list[Any]) -> tuple[str, list[Any]]:
    """The turns of the accounts that `principal` sees, selected and narrowed as asked."""
    events = LifecycleEvent.objects.visible_to(principal).order_by()
    columns = ("account_id", "id", "kind", "assumed", "occurred_on", "subject_id", "counted_on")
    # Who sees nothing counts nothing: without elide_empty=False there would be no SQL to count with.
    compiler = events.values_list(*columns).query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False)
    visible, seen = compiler.as_sql()
    sql = TURNS.format(events=visible, day=day_of_event(zone="%s", begun_at=BEGUN_AT), select=select)
    zone = settings.REPORTING_ZONE
    return f"{sql} {rest}", [*seen, zone, zone, *first, *last]
