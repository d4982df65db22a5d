"""Periodic work decided from watermarks in PostgreSQL; beat only says "look".

A job is told the span it has to plan for, `since` (exclusive) to `until` (inclusive). The span and the
rows it writes are committed together: an hour without beat makes one long span, and two beats at once
make one job wait for nobody, because a watermark another tick holds is skipped.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kam.audit.context import recorded
from kam.outbox.dispatch import due_lanes
from kam.outbox.hints import send_hint
from kam.outbox.models import Watermark
from kam.people.principal import Principal

logger = logging.getLogger(__name__)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # where a job starts that never ran: all the past
HEARTBEAT = "heartbeat"

Work = Callable[[datetime, datetime], None]


@dataclass(frozen=True)
class Daily:
    """Once a day at a full hour of the reporting zone."""

    hour: int


@dataclass(frozen=True)
class Job:
    every: timedelta | Daily
    work: Work


_jobs: dict[str, Job] = {}


def register(name: str, every: timedelta | Daily, work: Work) -> None:
    """Have `work(since, until)` called when due, in a transaction of its own.

    It must end well within the worker's 45 s: what takes longer publishes one outbox row per chunk.
    """
    if name in _jobs or name == HEARTBEAT:
        raise ValueError(f"There is a periodic job named {name} already.")
    _jobs[name] = Job(every, work)


def tick(*, now: datetime) -> list[str]:
    """Run every due job and wake the lanes with due rows; the names of the jobs run."""
    # Committed before any job begins: another tick would wait for an insert it cannot see yet.
    Watermark.objects.bulk_create([Watermark(name=name, done_until=BEGINNING) for name in _jobs], ignore_conflicts=True)
    ran = [name for name, job in _jobs.items() if _run_if_due(name, job, now=now)]
    for lane in due_lanes():
        send_hint(lane)
    return ran


def note_heartbeat(*, now: datetime) -> None:
    """A tick has come all the way from beat through Redis to a worker."""
    Watermark.objects.update_or_create(name=HEARTBEAT, defaults={"done_until": now})


def _run_if_due(name: str, job: Job, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            mark = Watermark.objects.select_for_update(skip_locked=True).filter(name=name).first()
            if mark is None:
                return False  # another tick is at it
            until = due_until(job.every, done_until=mark.done_until, now=now)
            if until is None:
                return False
            with recorded(via="task", by=Principal.system(name)):
                job.work(mark.done_until, until)
            mark.done_until = until
            mark.save(update_fields=["done_until"])
            return True
    except Exception:  # one failing job must not stop the others; its watermark stays, so it is tried again
        logger.exception("The periodic job %s failed", name)
        return False


def due_until(every: timedelta | Daily, *, done_until: datetime, now: datetime) -> datetime | None:
    """The end of the span that is due, None where nothing is: `now`, or the last full daily hour."""
    if isinstance(every, timedelta):
        return now if now - done_until >= every else None
    boundary = last_daily(every.hour, now=now)
    return boundary if boundary > done_until else None


def last_daily(hour: int, *, now: datetime) -> datetime:
    """The last instant at or before `now` at which it was `hour` o'clock in the reporting zone.

    An hour that a clock change skips counts as the first instant after the gap; of a doubled one the first.
    """
    zone = ZoneInfo(settings.REPORTING_ZONE)
    day = now.astimezone(zone).date() + timedelta(days=1)
    while True:
        boundary = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
        if boundary <= now:
            return boundary
        day -= timedelta(days=1)
