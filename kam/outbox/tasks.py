"""What Celery is told: look. Neither task carries a fact, so losing one costs seconds."""

from celery import shared_task

from kam.core.clock import now
from kam.core.logs import begin_request
from kam.outbox import dispatch, planner
from kam.outbox.hints import send_hint


@shared_task(name="kam.tick")
def tick_task() -> None:
    begin_request(None)
    planner.tick(now=now())
    planner.note_heartbeat(now=now())


@shared_task(name="kam.dispatch")
def dispatch_task(*, lane: str) -> None:
    begin_request(None)
    dispatch.run(lane)
    if lane in dispatch.due_lanes():  # the run's time was over before the work was
        send_hint(lane)
