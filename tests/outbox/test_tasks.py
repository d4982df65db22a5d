"""The two tasks, and how the worker is set up to run them."""

import pytest
from celery.beat import Scheduler

from kam.celery import app
from kam.core.clock import now
from kam.outbox import dispatch, planner, tasks
from kam.outbox.models import OutboxMessage, Watermark
from kam.outbox.registry import subscribe

pytestmark = pytest.mark.django_db(transaction=True)


def test_tick_plans_and_beats_the_heart(hinted):
    before = now()
    spans = []
    planner.register("job", planner.Daily(hour=3), lambda since, until: spans.append(until))
    tasks.tick_task()
    assert len(spans) == 1
    assert before <= Watermark.objects.get(name="heartbeat").done_until <= now()


@pytest.mark.parametrize(("time_is_over", "again"), [(False, []), (True, ["db"])])
def test_dispatch_asks_to_be_called_again_only_for_what_is_left(monkeypatch, time_is_over, again):
    hinted = []
    monkeypatch.setattr(tasks, "send_hint", hinted.append)
    if time_is_over:
        monkeypatch.setattr(dispatch, "run", lambda lane: 0)
    subscribe("t")(lambda message: None)
    OutboxMessage.objects.create(topic="t", payload={})
    tasks.dispatch_task(lane="db")
    assert hinted == again


def test_worker_knows_both_tasks_and_takes_messages_as_hints():
    app.loader.import_default_modules()
    assert {"kam.tick", "kam.dispatch"} <= set(app.tasks)
    conf = app.conf
    assert (conf.accept_content, conf.task_serializer, conf.task_ignore_result) == (["json"], "json", True)
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (False, 1)
    assert dispatch.RUN_S < conf.task_soft_time_limit < conf.task_time_limit < dispatch.LEASE.total_seconds()
    assert [(queue.name, queue.exchange.name) for queue in conf.task_queues] == [
        ("db", "db"),
        ("mail", "mail"),
        ("webhook", "webhook"),
    ]
    tick = conf.beat_schedule["tick"]
    assert (tick["task"], tick["schedule"], tick["options"]["expires"]) == ("kam.tick", 15.0, 30)
    assert list(conf.beat_schedule) == ["tick"]


def test_beat_ticks_as_soon_as_it_starts():
    """One that is restarted more often than every 15 s still ticks."""
    tick = Scheduler(app=app).schedule["tick"]
    assert tick.is_due().is_due
    assert not next(tick).is_due().is_due
