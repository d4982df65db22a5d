"""Days as the installation counts them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from kam.core.wording import whole_days


@dataclass(frozen=True)
class StaleIn:
    """Whole days of 24 h until an account goes stale, or since it did: 0 within the first one either way."""

    days: int
    is_stale: bool


def stale_in(stale_at: datetime | None, *, now: datetime) -> StaleIn | None:
    """None where nothing says when an account goes stale. Stale is strictly after `stale_at`."""
    if stale_at is None:
        return None
    is_stale = stale_at < now
    return StaleIn(whole_days(stale_at, now=now) if is_stale else whole_days(now, now=stale_at), is_stale)


def reporting_day(now: datetime) -> date:
    """The day it is at `now` in the reporting zone."""
    return now.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()
