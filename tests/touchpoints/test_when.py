"""Words for a moment, on Wednesday 14 October 2026 at 15:20 in Rome."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.touchpoints.when_words import NOW, UNCLEAR, UNDERSTOOD, ZONE
from touchpoints.when import is_now, parse_when

ROME = ZoneInfo(ZONE)


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
