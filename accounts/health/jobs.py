"""When health is recomputed without anybody touching an account: soon after bulk writes, and every night."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.health.dirty import recompute_dirty
from accounts.health.engine import SPAN, recompute_span, spans
from kam.core import clock
from kam.outbox import planner
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe

SPAN_DUE = "accounts.health_span_due"
DIRTY_DUE = "accounts.health_dirty_due"


def register_jobs() -> None:
    planner.register("accounts.health_dirty", timedelta(0), catch_up_dirty)
    planner.register("accounts.health_nightly", planner.Daily(hour=1), plan_night)


def catch_up_dirty(since: datetime, until: datetime) -> None:
    """One batch each time, and the outbox goes on: the accounts it locks are free again at once."""
    if recompute_dirty(limit=SPAN, as_of=until) == SPAN:
        publish(DIRTY_DUE, {})


def plan_night(since: datetime, until: datetime) -> None:
    """An outbox row per chunk, so that each is a transaction of its own and is tried again by itself."""
    for after, last in spans():
        payload = {"after": after and str(after), "until": last and str(last), "as_of": until.isoformat()}
        publish(SPAN_DUE, payload, dedup_key=f"{SPAN_DUE}:{until.isoformat()}:{after}")


@subscribe(DIRTY_DUE)
def catch_up_more(message: Message) -> None:
    now = clock.now()
    catch_up_dirty(now, now)


@subscribe(SPAN_DUE)
def recompute_due_span(message: Message) -> None:
    after, until = (UUID(end) if end else None for end in (message.payload["after"], message.payload["until"]))
    recompute_span(after=after, until=until, as_of=datetime.fromisoformat(message.payload["as_of"]))
