"""Days as the installation counts them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def reporting_day(now: datetime) -> date:
    """The day it is at `now` in the reporting zone."""
    return now.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()


def whole_days_until(moment: datetime | None, *, now: datetime) -> int | None:
    """Days of 24 h from `now`, rounded down: −1 as soon as `moment` has passed. None without a moment."""
    return None if moment is None else (moment - now).days
