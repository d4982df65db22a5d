"""Words for a moment, on Wednesday 14 October 2026 at 15:20 in Rome."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.when import is_now, parse_when

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 10, 14, 13, 20, tzinfo=UTC)

UNDERSTOOD = {
    "": "2026-10-14 15:20",
    "now": "2026-10-14 15:20",
    " Just  Now ": "2026-10-14 15:20",
    "5 min": "2026-10-14 15:15",
    "20 minutes ago": "2026-10-14 15:00",
    "2 h ago": "2026-10-14 13:20",
    "2h": "2026-10-14 13:20",
    "1.5 hours ago": "2026-10-14 13:50",
    "today": "2026-10-14 15:20",
    "today 9": "2026-10-14 09:00",
    "today at 9:30": "2026-10-14 09:30",
    "9:30": "2026-10-14 09:30",
    "9am": "2026-10-14 09:00",
    "12 pm": "2026-10-14 12:00",
    "12am": "2026-10-14 00:00",
    "yesterday": "2026-10-13 15:20",
    "yesterday 15:00": "2026-10-13 15:00",
    "Yesterday, 15:00": "2026-10-13 15:00",
    "yesterday 3pm": "2026-10-13 15:00",
    "3 days ago": "2026-10-11 15:20",
    "2 weeks ago 8:15": "2026-09-30 08:15",
    "mon 9:30": "2026-10-12 09:30",
    "wednesday": "2026-10-07 15:20",
    "last friday 17:00": "2026-10-09 17:00",
    "14 jan 10:00": "2026-01-14 10:00",
    "24. December": "2025-12-24 15:20",
    "14 jan 2025": "2025-01-14 15:20",
    "14 jan 2025 8:00": "2025-01-14 08:00",
    "2026-03-02": "2026-03-02 15:20",
    "2026-03-02 09:15": "2026-03-02 09:15",
    "2026-03-02T09:15": "2026-03-02 09:15",
    "2026-03-02T09:15:30": "2026-03-02 09:15",
    "2026-03-02T09:15:00+01:00": "2026-03-02 09:15",
    "2026-03-02T08:15:00Z": "2026-03-02 09:15",
    "29 feb 2024 7:00": "2024-02-29 07:00",
}

UNCLEAR = [
    *("soon", "tomorrow", "9", "99", "25:00", "9:75", "13pm", "0am", "today 24", "yesterday noon", "31 feb 2026"),
    *("2026-13-01", "2026-02-30", "1600-01-01", "9999-01-01 10:00", "9999-01-01T10:00:00Z", "5 fortnights ago"),
    *("1e9 h ago", "99999 days ago", "-3 h ago", "monk 9:00 10:00", "\u0661\u0664 foo", "x" * 10_000),
]


@pytest.mark.parametrize("words", UNDERSTOOD)
def test_words_are_understood_in_the_persons_zone(words: str) -> None:
    expected = datetime.fromisoformat(UNDERSTOOD[words]).replace(tzinfo=ROME)
    assert parse_when(words, now=NOW, zone=ROME) == expected


@pytest.mark.parametrize("words", UNCLEAR, ids=lambda words: words[:20])
def test_unclear_words_are_not_guessed(words: str) -> None:
    assert parse_when(words, now=NOW, zone=ROME) is None


def test_yesterday_is_the_persons_yesterday() -> None:
    late = datetime(2026, 10, 14, 22, 30, tzinfo=UTC)  # 00:30 of the 15th in Rome
    assert parse_when("yesterday 15:00", now=late, zone=ROME) == datetime(2026, 10, 14, 15, tzinfo=ROME)
    assert parse_when("yesterday 15:00", now=late, zone=ZoneInfo("UTC")) == datetime(2026, 10, 13, 15, tzinfo=UTC)


def test_hours_ago_are_elapsed_hours_when_clocks_change() -> None:
    after = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    assert parse_when("4 h ago", now=after, zone=ROME) == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)


def test_a_time_that_came_twice_means_the_first() -> None:
    after = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
    assert parse_when("yesterday 2:30", now=after, zone=ROME) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("text", "expected"), [("", True), (" NOW ", True), ("now then", False)])
def test_is_now(text: str, expected: bool) -> None:
    assert is_now(text) is expected


@given(st.text(max_size=80) | st.from_regex(r"(\d{1,5} ?(h|d|jan|days ago|weeks ago)? ?){1,3}(\d{1,2}:\d{2})?"))
def test_nothing_typed_breaks_it(text: str) -> None:
    moment = parse_when(text, now=NOW, zone=ROME)
    assert moment is None or moment.utcoffset() is not None
