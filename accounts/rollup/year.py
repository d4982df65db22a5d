"""What looks back a year and opens no list: cadence periods kept, and value by band at the ends of months.

Kept by owner and team. It is counted again each night, because time moves it, and within the hour where accounts
changed; pages say as of when it holds. What is not kept yet is counted while the page waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.days import reporting_day
from accounts.enums import BANDS, CUSTOMER_LIFECYCLES
from accounts.models import Account, RollupMonth, RollupYear
from accounts.models.rollup import NOBODY
from accounts.prepared import PreparedText, Text
from accounts.registry import registry
from accounts.rollup.reading import WITHIN, Cells, Scope, someone
from accounts.rollup.sweeping import take_turns
from accounts.sql import named_rows_sql
from kam.people.principal import Principal

MONTHS = 12
BATCH = 5_000  # accounts at a time
PAUSE = timedelta(hours=1)

# Owners of whom something is missing, gone, of yesterday, or changed and not counted within the hour.
DUE = """
    SELECT owner_id, COALESCE(sum(c.n), 0)
    FROM (SELECT owner_id, team_id, sum(n) AS n FROM accounts_rollupcell GROUP BY 1, 2) c
    FULL JOIN accounts_rollupyear y USING (owner_id, team_id)
    WHERE y.as_of IS NULL OR c.n IS NULL OR (y.as_of AT TIME ZONE %(zone)s)::date < %(today)s
       OR y.is_behind AND y.as_of < %(rested)s
    GROUP BY owner_id ORDER BY min(y.as_of) NULLS FIRST, owner_id
"""

# Bands as spans of days: one pass over an account's snapshots instead of a look for each day.
BANDS_BY_DAY = """
    WITH a AS MATERIALIZED ({accounts}), span AS (
        SELECT s.account_id, s.band, s."on" AS since,
               lead(s."on", 1, 'infinity') OVER (PARTITION BY s.account_id ORDER BY s."on") AS until
        FROM accounts_healthsnapshot s JOIN a ON a.id = s.account_id WHERE s."on" <= %(last)s
    )
    SELECT a.owner_id, a.team_id, d."on", COALESCE(s.band, 'unknown') AS band, sum(a.account_revenue) AS value
    FROM a CROSS JOIN unnest(%(ends)s::date[]) AS d("on")
    LEFT JOIN span s ON s.account_id = a.id AND d."on" >= s.since AND d."on" < s.until
    GROUP BY 1, 2, 3, 4
"""

Values = dict[str, Decimal]
Kept = tuple[UUID | None, UUID | None, int, int]


@dataclass
class Year:
    """(owner_id, team_id, kept, all) cadence periods, and the value of each band at the ends of months.

    `as_of`: the oldest of what it is made of; None where all of it was counted right now.
    """

    kept: list[Kept]
    months: dict[date, Values]
    as_of: datetime | None = None


def month_ends(today: date) -> list[date]:
    """The last days of the twelve months before that of `today`, the oldest first."""
    firsts = [today.year * 12 + today.month - 1 - back for back in range(MONTHS - 1, -1, -1)]
    return [date(month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in firsts]


# What is kept of owners and teams, the months added up, and (as they are now) those of accounts that are not kept.
READ = """
    SELECT owner_id, team_id, kept, periods, as_of, NULL::date, {nothing} FROM ({years}) y
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, "on", {sums}
    FROM (SELECT "on", {bands} FROM ({months}) m {unkept}) all_months GROUP BY "on"
"""


UNKEPT_HERE = "/* what is not kept */"


def read_year(scope: Scope, cells: Cells, *, now: datetime) -> Year:
    """What is kept, and what is not as it is now: one query, and one of each source of rhythm where that is needed."""
    ends = month_ends(reporting_day(now))
    unkept = _unkept(scope, cells.yearless) if cells.has_loose or cells.yearless else None
    year = Year([], {day: dict.fromkeys(BANDS, Decimal(0)) for day in ends})
    for owner, team, kept, periods, as_of, on, *values in _read(scope, unkept, ends):
        if on is None:
            year.kept.append((someone(owner), someone(team), kept, periods))
            year.as_of = min(as_of, year.as_of or as_of)
        else:
            year.months[on] = dict(zip(BANDS, values, strict=True))
    if unkept is not None:
        year.kept += _kept(unkept, now)
    return year


def _read(scope: Scope, unkept: QuerySet[Account] | None, ends: Sequence[date]) -> list[tuple[Any, ...]]:
    text, parameters = _WRITTEN.filled(scope.principal, within=scope.within, since=ends[0], until=ends[-1])
    more = ""
    if unkept is not None:
        rows, of_rows = _bands_sql(unkept, ends)
        values = ", ".join(f"CASE WHEN band = '{band}' THEN value ELSE 0 END" for band in BANDS)
        more, parameters = f'UNION ALL SELECT "on", {values} FROM ({rows}) b', parameters | of_rows
    with connection.cursor() as cursor:
        cursor.execute(text.replace(UNKEPT_HERE, more), parameters)
        return cursor.fetchall()


def _statement(principal: Principal, *, within: list[UUID] | None, since: date, until: date) -> Text:
    scope = Scope(principal, within)
    kept = RollupYear.objects.filter(scope.cells)
    years, of_years = named_rows_sql("years", kept, "owner_id", "team_id", "kept", "periods", "as_of")
    rows = RollupMonth.objects.filter(scope.cells, on__gte=since, on__lte=until)
    months, of_months = named_rows_sql("months", rows, "on", *BANDS)
    text = READ.format(
        years=years, months=months, unkept=UNKEPT_HERE, bands=", ".join(BANDS),
        nothing=", ".join("NULL::numeric" for _band in BANDS),
        sums=", ".join(f"sum({band})" for band in BANDS),
    )  # fmt: skip
    return text, of_years | of_months


def _unkept(scope: Scope, owners: Sequence[UUID]) -> QuerySet[Account]:
    """The customers seen that no row of `scope.cells` stands for: as members only, or of `owners` without a row."""
    rows = RollupYear.objects.filter(
        owner_id=Coalesce(OuterRef("owner_id"), Value(NOBODY)), team_id=Coalesce(OuterRef("team_id"), Value(NOBODY))
    )
    seen = Account.objects.visible_to(scope.principal).filter(scope.narrowed, lifecycle__in=CUSTOMER_LIFECYCLES)
    return seen.filter(scope.loose | (_of(owners) & ~Q(Exists(rows))))


def _of(owners: Sequence[UUID]) -> Q:
    return Q(owner_id__in=owners) | Q(owner_id__isnull=True) if NOBODY in owners else Q(owner_id__in=owners)


@transaction.atomic
def refresh(*, now: datetime, limit: int = BATCH) -> bool:
    """Count the years of owners that are due, about `limit` accounts; returns whether some are left."""
    take_turns()
    due = _due(now)
    taken: list[UUID] = []
    accounts = 0
    for owner_id, n in due:
        if taken and accounts + n > limit:
            break
        taken.append(owner_id)
        accounts += n
    if taken:
        _count(taken, now)
    return len(taken) < len(due)


def _due(now: datetime) -> list[tuple[UUID, int]]:
    parameters = {"zone": settings.REPORTING_ZONE, "today": reporting_day(now), "rested": now - PAUSE}
    with connection.cursor() as cursor:
        cursor.execute(DUE, parameters)
        return cursor.fetchall()


@dataclass
class _Row:
    kept: int = 0
    periods: int = 0
    months: dict[date, Values] = field(default_factory=dict)


def _count(owners: list[UUID], now: datetime) -> None:
    reason = "the rollup counts every account"
    accounts = Account.objects.all_for_system(reason=reason).filter(_of(owners), lifecycle__in=CUSTOMER_LIFECYCLES)
    pairs = accounts.order_by().values_list("owner_id", "team_id").distinct()
    rows = {(owner or NOBODY, team or NOBODY): _Row() for owner, team in pairs}
    for owner, team, kept, periods in _kept(accounts, now):
        row = rows.setdefault((owner or NOBODY, team or NOBODY), _Row())
        row.kept, row.periods = row.kept + kept, row.periods + periods
    for owner, team, on, band, value in _bands(accounts, month_ends(reporting_day(now))):
        row = rows.setdefault((owner or NOBODY, team or NOBODY), _Row())
        row.months.setdefault(on, dict.fromkeys(BANDS, Decimal(0)))[band] = value
    RollupYear.objects.filter(owner_id__in=owners).delete()
    RollupMonth.objects.filter(owner_id__in=owners).delete()
    keys = {key: {"owner_id": key[0], "team_id": key[1]} for key in rows}
    RollupYear.objects.bulk_create(
        [RollupYear(**keys[key], kept=row.kept, periods=row.periods, as_of=now) for key, row in rows.items()]
    )
    RollupMonth.objects.bulk_create(
        [RollupMonth(**keys[key], on=on, **values) for key, row in rows.items() for on, values in row.months.items()],
        batch_size=5_000,
    )


def _kept(accounts: QuerySet[Account], now: datetime) -> list[Kept]:
    return [row for source in registry.rhythms for row in source.periods(accounts, now)]


def _bands(accounts: QuerySet[Account], ends: Sequence[date]) -> list[tuple[Any, ...]]:
    """(owner_id, team_id, day, band, value)."""
    text, parameters = _bands_sql(accounts, ends)
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return cursor.fetchall()


def _bands_sql(accounts: QuerySet[Account], ends: Sequence[date]) -> tuple[str, dict[str, Any]]:
    """Of accounts of our currency with a value."""
    valued = accounts.filter(currency=settings.REPORTING_CURRENCY, account_revenue__gt=0)
    inner, parameters = named_rows_sql("valued", valued, "id", "owner_id", "team_id", "account_revenue")
    return BANDS_BY_DAY.format(accounts=inner), {**parameters, "last": ends[-1], "ends": list(ends)}


_WRITTEN = PreparedText(_statement, within=WITHIN, since=date(1, 1, 1), until=date(1, 1, 2))
