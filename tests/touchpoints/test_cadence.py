"""The arithmetic of the cadence, without a database."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.touchpoints.build import at
from touchpoints.cadence import Cadence, due_on, is_stale, local_date, stale_at

A = Cadence(14, 30)


@pytest.mark.parametrize(
    ("anchor", "cadence", "due"),
    [
        ("2026-03-02", A, "2026-03-16"),  # Monday to Monday
        ("2026-03-07", A, "2026-03-23"),  # Saturday + 14 is a Saturday: Monday after
        ("2026-03-08", A, "2026-03-23"),  # Sunday likewise
        ("2026-03-02", Cadence(14, 30, (7,)), "2026-03-22"),  # works on Sundays only
        ("2026-12-25", Cadence(7, 9), "2027-01-01"),
        ("2024-02-15", A, "2024-02-29"),
    ],
)
def test_due_on_the_first_working_day_after_the_ideal_interval(anchor: str, cadence: Cadence, due: str) -> None:
    assert due_on(date.fromisoformat(anchor), cadence) == date.fromisoformat(due)


def test_stale_only_strictly_after_the_maximum() -> None:
    anchor = at("2026-03-02 09:00")
    limit = at("2026-04-01 09:00")
    assert stale_at(anchor, A) == limit
    assert is_stale(anchor, A, as_of=limit) is False
    assert is_stale(anchor, A, as_of=limit + timedelta(microseconds=1)) is True


def test_stale_counts_elapsed_time_when_clocks_change() -> None:
    """Rome went to summer time on 29 March 2026: the wall clock shows an hour more, 24 h stay 24 h."""
    rome = ZoneInfo("Europe/Rome")
    anchor = at("2026-03-28 09:00").astimezone(rome)
    assert stale_at(anchor, Cadence(1, 1)) == at("2026-03-29 09:00")


def test_local_date_is_that_of_the_reporting_zone() -> None:
    assert local_date(at("2026-03-02 23:30"), ZoneInfo("Europe/Rome")) == date(2026, 3, 3)
    assert local_date(at("2026-03-02 23:30"), ZoneInfo("UTC")) == date(2026, 3, 2)
