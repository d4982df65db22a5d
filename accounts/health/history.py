"""What health was on earlier days. A date's value is the last snapshot on or before it.

The ids are those of accounts that the caller was allowed to load; dates are in the reporting zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import SmallIntegerField
from django.db.models.expressions import RawSQL

from accounts.health.scoring import BandName

ON = """
    SELECT a.id, s."on", s.score, s.band, s.weight_present
    FROM unnest(%(ids)s::uuid[]) AS a(id)
    CROSS JOIN LATERAL (
        SELECT * FROM accounts_healthsnapshot s
        WHERE s.account_id = a.id AND s."on" <= %(on)s ORDER BY s."on" DESC LIMIT 1
    ) s
"""

# One look at what went before and one along the days after it, not a look for each of a dozen dates.
SERIES = """
    SELECT a.id, array_agg(s."on" ORDER BY s."on"), array_agg(s.score ORDER BY s."on")
    FROM unnest(%(ids)s::uuid[]) AS a(id)
    LEFT JOIN LATERAL (
        (SELECT "on", score FROM accounts_healthsnapshot
         WHERE account_id = a.id AND "on" <= %(first)s ORDER BY "on" DESC LIMIT 1)
        UNION ALL
        (SELECT "on", score FROM accounts_healthsnapshot
         WHERE account_id = a.id AND "on" > %(first)s AND "on" <= %(last)s)
    ) s ON true
    GROUP BY a.id
"""

TREND = """
    (SELECT array_agg((
        SELECT s.score FROM accounts_healthsnapshot s
        WHERE s.account_id = accounts_account.id AND s."on" <= d."on" ORDER BY s."on" DESC LIMIT 1
    ) ORDER BY d."on") FROM unnest(%s::date[]) AS d("on"))
"""


@dataclass(frozen=True)
class HealthOn:
    """Health on a day; `since` is the day from which it was so."""

    since: date
    score: int | None
    band: BandName
    weight_present: float


def health_on(account_ids: Sequence[UUID], *, on: date) -> dict[UUID, HealthOn]:
    """Health on a day, by account; absent where nothing was known yet."""
    with connection.cursor() as cursor:
        cursor.execute(ON, {"ids": list(account_ids), "on": on})
        return {row[0]: HealthOn(*row[1:]) for row in cursor.fetchall()}


def trend_until(until: date, *, weeks: int = 12) -> RawSQL:
    """One score per week, oldest first, the last on `until`; None where there was none. To annotate accounts with."""
    return RawSQL(TREND, [_weekly(until, weeks)], output_field=ArrayField(SmallIntegerField(null=True)))  # noqa: S611


def health_delta(account_ids: Sequence[UUID], *, until: date, days: int = 30) -> dict[UUID, int | None]:
    """How far the score moved over the `days` before `until`; None where either end has no score."""
    ends = _scores(account_ids, [_earlier(until, days), until])
    return {account_id: _moved(before, after) for account_id, (before, after) in ends.items()}


def series_and_delta(
    account_ids: Sequence[UUID], *, until: date, weeks: int = 12, days: int = 30
) -> dict[UUID, tuple[list[int | None], int | None]]:
    """The weekly scores as in `trend_until` and the move as in `health_delta`, by one query."""
    weekly, earlier = _weekly(until, weeks), _earlier(until, days)
    asked = sorted({*weekly, earlier})
    known = {
        account_id: dict(zip(asked, scores, strict=True)) for account_id, scores in _scores(account_ids, asked).items()
    }
    return {
        account_id: ([on[day] for day in weekly], _moved(on[earlier], on[until])) for account_id, on in known.items()
    }


def _moved(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _earlier(until: date, days: int) -> date:
    return date.fromordinal(until.toordinal() - days)


def _weekly(until: date, weeks: int) -> list[date]:
    return [date.fromordinal(until.toordinal() - 7 * back) for back in reversed(range(weeks))]


def _scores(account_ids: Sequence[UUID], days: Sequence[date]) -> dict[UUID, list[int | None]]:
    """The score on each of `days`, which ascend, by account."""
    with connection.cursor() as cursor:
        cursor.execute(SERIES, {"ids": list(account_ids), "first": days[0], "last": days[-1]})
        return {account_id: _filled(days, since, scores) for account_id, since, scores in cursor.fetchall()}


def _filled(days: Sequence[date], since: Sequence[date | None], scores: Sequence[int | None]) -> list[int | None]:
    """On each day the last of `scores` that held by then; `since` says from when, and ascends."""
    known = [(start, score) for start, score in zip(since, scores, strict=True) if start]
    found, place = [], 0
    score: int | None = None
    for day in days:
        while place < len(known) and known[place][0] <= day:
            score = known[place][1]
            place += 1
        found.append(score)
    return found
