"""Words for a moment: "now", "2 h ago", "yesterday 15:00", "mon 9:30", "14 jan 10:00", "20.11.2026", ISO 8601;
and for one to come: "tomorrow 15:00", "in 2 days 9:30", "next mon 10:00".

The browser understands the same words (static/js/when-words.js) and echoes them; this is the judge.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
FIRST_YEAR, LAST_YEAR = 1900, 2199
MAX_LENGTH = 60

NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
NOW = {"", "now", "just now"}
SPAN_AGO = re.compile(r"(\d{1,4}(?:\.\d{1,2})?) ?(m|min|mins|minutes?|h|hrs?|hours?)(?: ago)?")
DAYS_AGO = re.compile(r"(\d{1,4}) ?(d|days?|w|weeks?) ago")
SPAN_AHEAD = re.compile(r"in (\d{1,4}(?:\.\d{1,2})?) ?(m|min|mins|minutes?|h|hrs?|hours?)")
DAYS_AHEAD = re.compile(r"in (\d{1,4}) ?(d|days?|w|weeks?)")
NEXT_WEEKDAY = re.compile(r"next (mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}")
WEEKDAY = re.compile(r"(?:last )?(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
NAMED_DAY = re.compile(r"(\d{1,2})\.? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?: (\d{4}))?")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
CLOCK = re.compile(r"(?:^| )(?:at )?(\d{1,2})(?::(\d{2}))?(?::\d{2})? ?(am|pm)?$")


def is_now(text: str) -> bool:
    return text.strip().casefold() in NOW


def parse_when(text: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant meant by `text`, whose clock times are those of `zone`; None where it says nothing clear.

    A day without a time means the present time of day on it; a day and month without a year mean the
    latest such day that is not to come.
    """
    if len(text) > MAX_LENGTH:
        return None
    words = " ".join(text.casefold().split())
    if words in NOW:
        return now
    if found := SPAN_AGO.fullmatch(words):
        return now - timedelta(minutes=float(found[1]) * MINUTES[found[2][0]])
    if found := SPAN_AHEAD.fullmatch(words):
        return now + timedelta(minutes=float(found[1]) * MINUTES[found[2][0]])
    if (exact := _iso_instant(text.strip())) is not None:
        return exact
    words = re.sub(r"(\d{4}-\d{2}-\d{2})t", r"\1 ", words.replace(",", " "))
    return _on_a_day(" ".join(words.split()), now.astimezone(zone))


def _iso_instant(text: str) -> datetime | None:
    """An ISO date and time with its offset; local ones are read like other words."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo and FIRST_YEAR <= instant.year <= LAST_YEAR else None


def _on_a_day(words: str, local: datetime) -> datetime | None:
    """Some days end like a clock time ("14 jan 2026"), so the whole is tried as a day first."""
    day = _day(words, local.date())
    if day is not None:
        return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)
    found = CLOCK.search(words)
    if found is None:
        return None
    rest, clock = words[: found.start()].strip(), _clock(found)
    day = _day(rest, local.date()) if rest else local.date()
    if day is None or clock is None or (not rest and found[2] is None and found[3] is None):
        return None  # a bare number is no time
    return datetime.combine(day, clock, local.tzinfo).astimezone(UTC)


def _clock(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, today: date) -> date | None:
    if words in NEAR_DAYS:
        return today + timedelta(days=NEAR_DAYS[words])
    if found := DAYS_AGO.fullmatch(words):
        return today - timedelta(days=int(found[1]) * (7 if found[2][0] == "w" else 1))
    if found := DAYS_AHEAD.fullmatch(words):
        return today + timedelta(days=int(found[1]) * (7 if found[2][0] == "w" else 1))
    if found := NEXT_WEEKDAY.fullmatch(words):
        return today + timedelta(days=(DAYS.index(found[1]) - today.weekday()) % 7 or 7)
    if found := WEEKDAY.fullmatch(words):
        return today - timedelta(days=(today.weekday() - DAYS.index(found[1])) % 7 or 7)
    if found := ISO_DAY.fullmatch(words):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := NAMED_DAY.fullmatch(words):
        return _latest(found[3], MONTHS.index(found[2]) + 1, int(found[1]), today)
    if found := DOTTED_DAY.fullmatch(words):
        return _latest(found[3], int(found[2]), int(found[1]), today)
    return None


def _latest(year: str | None, month: int, number: int, today: date) -> date | None:
    """Without a year, a day ahead means last year's."""
    day = _date(int(year or today.year), month, number)
    return _date(today.year - 1, month, number) if day and not year and day > today else day


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
