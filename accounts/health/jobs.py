"""When health is recomputed without anybody touching an account: soon after bulk writes, and every night."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.health.dirty import recompute_dirty
from accounts.health.engine import CHUNK, recompute_span, spans
from kam.outbox import planner
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe

SPAN_DUE = "accounts.health_span_due"


def register_jobs() -> None:
    planner.register("accounts.health_dirty", timedelta(0), catch_up_dirty)
    planner.register("accounts.health_nightly", planner.Daily(hour=1), plan_night)


def catch_up_dirty(since: datetime, until: datetime) -> None:
    """One batch each time: the accounts it locks are free again after a few seconds."""
    recompute_dirty(limit=CHUNK, as_of=until)


def plan_night(since: datetime, until: datetime) -> None:
    """An outbox row per chunk, so that each is a transaction of its own and is tried again by itself."""
    for after, last in spans():
        payload = {"after": after and str(after), "until": last and str(last), "as_of": until.isoformat()}
        publish(SPAN_DUE, payload, dedup_key=f"{SPAN_DUE}:{until.isoformat()}:{after}")


@subscribe(SPAN_DUE)
def recompute_due_span(message: Message) -> None:
    after, until = (UUID(end) if end else None for end in (message.payload["after"], message.payload["until"]))
    recompute_span(after=after, until=until, as_of=datetime.fromisoformat(message.payload["as_of"]))
