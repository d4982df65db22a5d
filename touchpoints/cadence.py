"""Cadence arithmetic without a database: when the next check-in is due and when silence is too long.

The set-based twin is touchpoints/sql.py; tests hold the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Cadence:
    """Ideal and maximum days of 24 h between counted contacts; `working_days` are ISO weekdays.

    `origin` says whose it is: own, segment, tier or default.
    """

    ideal_days: int
    maximum_days: int
    working_days: Sequence[int] = (1, 2, 3, 4, 5)
    origin: str = "default"


def due_on(anchor_on: date, cadence: Cadence) -> date:
    """The first working day on or after the anchor's local date plus the ideal interval."""
    due = anchor_on + timedelta(days=cadence.ideal_days)
    while due.isoweekday() not in cadence.working_days:
        due += timedelta(days=1)
    return due


def stale_at(anchor_at: datetime, cadence: Cadence) -> datetime:
    """The instant (in UTC) after which an account silent since `anchor_at` is stale."""
    # Adding to a time of another zone would count days of its wall clock, 23 or 25 h where clocks change.
    return anchor_at.astimezone(UTC) + timedelta(days=cadence.maximum_days)


def is_stale(anchor_at: datetime, cadence: Cadence, *, as_of: datetime) -> bool:
    """Strictly longer than the maximum, in elapsed time."""
    return as_of.astimezone(UTC) > stale_at(anchor_at, cadence)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


@dataclass(frozen=True)
class Regularity:
    """How steadily contact was kept: `kept` of `periods` between contacts were within the maximum."""

    kept: int
    periods: int
    longest_days: int


def regularity(moments: Sequence[datetime], cadence: Cadence, *, as_of: datetime) -> Regularity | None:
    """Of the ends of silences in ascending order; the silence since the last one counts once it is too long.

    None where nothing is known, or where the first silence is still to begin.
    """
    if not moments or moments[-1] > as_of:
        return None
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    running, most = as_of - moments[-1], timedelta(days=cadence.maximum_days)
    counted = [*gaps, running] if running > most else gaps
    return Regularity(
        kept=sum(gap <= most for gap in counted), periods=len(counted), longest_days=max([*gaps, running]).days
    )
