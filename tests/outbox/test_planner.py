"""Spans follow each other without gap or overlap, whatever beat does."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from kam.outbox import planner, retention
from kam.outbox.models import OutboxMessage, Watermark
from kam.outbox.planner import BEGINNING, Daily
from kam.outbox.publish import publish
from kam.people.models import Team

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db(transaction=True)


def test_first_span_holds_all_the_past_and_the_next_begins_where_it_ended(hinted):
    spans = []
    planner.register("job", MINUTE, lambda since, until: spans.append((since, until)))
    times = [NOW, NOW + timedelta(seconds=59), NOW + MINUTE, NOW + timedelta(hours=5)]
    assert [planner.tick(now=time) for time in times] == [["job"], [], ["job"], ["job"]]
    assert spans == [(BEGINNING, NOW), (NOW, NOW + MINUTE), (NOW + MINUTE, NOW + timedelta(hours=5))]


def test_clock_set_back_plans_nothing(hinted):
    planner.register("job", MINUTE, lambda since, until: None)
    planner.tick(now=NOW)
    assert planner.tick(now=NOW - timedelta(days=1)) == []


def test_failing_job_rolls_back_keeps_its_watermark_and_stops_no_other(hinted):
    spans = []

    def fail(since, until):
        Team.objects.create(name="North")
        spans.append((since, until))
        if len(spans) == 1:
            raise ValueError

    planner.register("bad", MINUTE, fail)
    planner.register("good", MINUTE, lambda since, until: None)
    assert planner.tick(now=NOW) == ["good"]
    assert (Team.objects.count(), Watermark.objects.get(name="bad").done_until) == (0, BEGINNING)
    assert planner.tick(now=NOW + MINUTE) == ["bad", "good"]
    assert spans == [(BEGINNING, NOW), (BEGINNING, NOW + MINUTE)]


def test_two_ticks_at_once_run_a_job_once(hinted):
    entered, leave = threading.Event(), threading.Event()
    runs = []

    def slow(since, until):
        runs.append(since)
        entered.set()
        assert leave.wait(5)

    def other():
        planner.tick(now=NOW)
        connection.close()

    planner.register("job", MINUTE, slow)
    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(5)
    assert planner.tick(now=NOW) == []
    leave.set()
    thread.join()
    assert runs == [BEGINNING]
    assert Watermark.objects.get(name="job").done_until == NOW


@pytest.mark.parametrize(
    ("zone", "hour", "now", "expected"),
    [
        ("UTC", 3, datetime(2026, 3, 29, 3, 0, tzinfo=UTC), datetime(2026, 3, 29, 3, 0, tzinfo=UTC)),
        ("UTC", 3, datetime(2026, 3, 29, 2, 59, tzinfo=UTC), datetime(2026, 3, 28, 3, 0, tzinfo=UTC)),
        ("Asia/Tokyo", 3, datetime(2026, 3, 28, 18, 0, tzinfo=UTC), datetime(2026, 3, 28, 18, 0, tzinfo=UTC)),
        ("America/Los_Angeles", 3, datetime(2026, 1, 2, 1, 0, tzinfo=UTC), datetime(2026, 1, 1, 11, 0, tzinfo=UTC)),
        # 29 March in Rome has no 02:00: the first instant after the gap is 03:00 summer time.
        ("Europe/Rome", 2, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # 25 October in Rome has two: the first.
        ("Europe/Rome", 2, datetime(2026, 10, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
    ],
)
def test_last_daily_instant_in_the_reporting_zone(settings, zone, hour, now, expected):
    settings.REPORTING_ZONE = zone
    assert planner.last_daily(hour, now=now) == expected


def test_nightly_work_runs_once_a_day_and_catches_up_in_one_span(hinted):
    spans = []
    planner.register("nightly", Daily(hour=3), lambda since, until: spans.append((since, until)))
    for hours in range(24):
        planner.tick(now=NOW + timedelta(hours=hours))
    planner.tick(now=NOW + timedelta(days=5))
    night = datetime(2026, 3, 29, 3, tzinfo=UTC)
    day = timedelta(days=1)
    assert spans == [(BEGINNING, night), (night, night + day), (night + day, night + 5 * day)]


def test_tick_wakes_the_lanes_with_due_rows(hinted):
    with transaction.atomic():
        publish("t", {}, lane="mail")
    hinted.clear()
    planner.tick(now=NOW)
    assert hinted == ["mail"]


def test_names_are_taken_once():
    planner.register("job", MINUTE, lambda since, until: None)
    for name in ("job", "heartbeat"):
        with pytest.raises(ValueError, match="already"):
            planner.register(name, MINUTE, lambda since, until: None)


def test_done_rows_are_forgotten_after_90_days_and_no_others():
    def row(**fields):
        return OutboxMessage.objects.create(topic="t", payload={}, **fields).pk

    old, young = NOW - timedelta(days=90, seconds=1), NOW - timedelta(days=90)
    row(done_at=old)
    kept = [row(done_at=young), row(dead_at=old), row(available_at=old)]
    retention.forget_done(BEGINNING, NOW)
    assert sorted(OutboxMessage.objects.values_list("pk", flat=True)) == sorted(kept)


def test_command_says_what_ran(hinted, capsys):
    planner.register("job", MINUTE, lambda since, until: None)
    call_command("tick")
    call_command("tick")
    assert capsys.readouterr().out == "job\nnothing due\n"
