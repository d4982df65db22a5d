"""The benchmark's arithmetic: a table that says "met" must have measured it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bench.measuring import ROUNDS, Row, Timing, compare, table, timing
from bench.recorded import Recording
from bench.scales import parse_scales


def test_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """Not the ratio of medians: a round in which the machine was busy hits both sides."""
    assert timing([(10.0, 5.0), (90.0, 30.0), (8.0, 2.0)]) == Timing(app_ms=10.0, floor_ms=5.0, ratio=3.0)


def test_both_are_called_in_turn_and_equally_often() -> None:
    calls: list[str] = []
    compare(lambda: calls.append("app"), lambda: calls.append("floor"), times=4, warm_up=1)
    assert calls == ["app", "floor"] * (1 + ROUNDS * 4)


def test_a_row_is_met_up_to_its_target_and_not_beyond() -> None:
    assert Row("1", "job", "10k", 3.0, 3.0).met
    assert not Row("1", "job", "10k", 3.01, 3.0).met
    assert Row("9", "job", "10k", 0.5, 0.5, at_least=True).met
    assert not Row("9", "job", "10k", 0.49, 0.5, at_least=True).met


def test_table_says_for_each_row_whether_it_was_met() -> None:
    rows = [
        Row("1", "list", "10k", 2.5, 3.0, app_ms=2.0, floor_ms=0.8),
        Row("12", "queries", "10k", 14, 12.0, unit="", note="(13 at 1k)"),
    ]
    assert [line.split() for line in table(rows).splitlines()] == [
        ["#", "job", "accounts", "kam", "ms", "floor", "ms", "found", "target"],
        ["1", "list", "10k", "2.00", "0.80", "2.5", "×", "≤", "3", "×", "met"],
        ["12", "queries", "10k", "14", "≤", "12", "NOT", "met", "(13", "at", "1k)"],
    ]


def test_scales_come_smallest_first_and_unknown_ones_are_refused() -> None:
    assert [one.name for one in parse_scales("100k,10k")] == ["10k", "100k"]
    with pytest.raises(ValueError, match="5k"):
        parse_scales("10k,5k")


class Cursor:
    def __init__(self) -> None:
        self.ran: list[tuple[object, ...]] = []

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def cursor(self) -> "Cursor":
        return self

    def execute(self, *statement: object) -> None:
        self.ran.append(statement)


def test_replay_runs_the_recorded_statements_for_a_new_touchpoint_of_now() -> None:
    then = datetime.now(UTC) - timedelta(hours=3)
    recording, other = Recording(touchpoint=uuid4(), now=then), uuid4()
    recording.add("SAVEPOINT s1", None)
    recording.add("INSERT", (recording.touchpoint, other, then))
    recording.add("UPDATE", {"ids": [recording.touchpoint], "now": then - timedelta(days=1)})
    connection = Cursor()
    recording.replay(connection)
    (begin,), (insert, (new, same, at)), (update, named), (commit,) = connection.ran
    assert (begin, insert, update, commit) == ("BEGIN", "INSERT", "UPDATE", "COMMIT")
    assert new != recording.touchpoint and same == other and named["ids"] == [new]
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(seconds=5)
    assert at - named["now"] == timedelta(days=1)
