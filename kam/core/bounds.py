"""Limits that every door shares: sensible dates and known time zones."""

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from kam.core.errors import BadInput

FIRST_YEAR, LAST_YEAR = 1900, 2199


def check_date(value: date, *, field: str | None = None) -> None:
    """Takes a date or datetime. Raises: BadInput outside 1900-01-01 … 2199-12-31."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadInput("date_out_of_range", "Dates must lie between 1900 and 2200.", field=field)


def known_zone(name: str, *, field: str | None = None) -> ZoneInfo:
    """The zone of an IANA name like Europe/Rome. Raises: BadInput for any other text."""
    if name not in zone_names():
        raise BadInput("unknown_zone", "This is not a time zone like Europe/Rome.", field=field)
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Read once: they are files in many folders."""
    return frozenset(available_timezones())
