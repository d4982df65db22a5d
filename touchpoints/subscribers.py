"""When cadence is looked at without anybody logging: as time passes, when its inputs change, every night."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from accounts.health.engine import spans
from accounts.services.accounts import CADENCE_INPUTS_CHANGED
from kam.core import clock
from kam.outbox import planner
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe
from touchpoints.services.cadence_policies import POLICY_CHANGED
from touchpoints.services.catalogue import COUNTS_CHANGED
from touchpoints.services.catching_up import recount_type, replan_policy
from touchpoints.services.escalation import ESCALATED, escalate_flags
from touchpoints.services.planning import PLAN_DUE, flag_stale, plan_accounts, repair_span

logger = logging.getLogger(__name__)

REPAIR_DUE = "touchpoints.repair_due"


def register_jobs() -> None:
    planner.register("touchpoints.flag_stale", timedelta(0), sweep)
    planner.register("touchpoints.repair", planner.Daily(hour=2), plan_repair)


def sweep(since: datetime, until: datetime) -> None:
    flag_stale(since=since, until=until)
    escalate_flags(now=until)


def plan_repair(since: datetime, until: datetime) -> None:
    """An outbox row per chunk, so that each is a transaction of its own and is tried again by itself."""
    for after, last in spans():
        payload = {"after": after and str(after), "until": last and str(last)}
        publish(REPAIR_DUE, payload, dedup_key=f"{REPAIR_DUE}:{until.isoformat()}:{after}")


@subscribe(CADENCE_INPUTS_CHANGED)
def plan_again(message: Message) -> None:
    plan_accounts([UUID(account_id) for account_id in message.payload["account_ids"]], now=clock.now())


@subscribe(PLAN_DUE)
def sweep_on(message: Message) -> None:
    flag_stale(since=datetime.fromisoformat(message.payload["since"]), until=clock.now())


@subscribe(REPAIR_DUE)
def repair_due_span(message: Message) -> None:
    after, until = (UUID(end) if end else None for end in (message.payload["after"], message.payload["until"]))
    repair_span(after=after, until=until, now=clock.now())


@subscribe(COUNTS_CHANGED)
def count_again(message: Message) -> None:
    payload = message.payload
    recount_type(type_id=UUID(payload["type_id"]), after=_id(payload["after"]), now=clock.now())


@subscribe(POLICY_CHANGED)
def plan_accounts_of_policy(message: Message) -> None:
    payload, now = message.payload, clock.now()
    segment_id, after = _id(payload["segment_id"]), _id(payload["after"])
    replan_policy(tier=payload["tier"], segment_id=segment_id, after=after, now=now)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


@subscribe(ESCALATED)
def say_what_was_escalated(message: Message) -> None:
    """Leaders see it on their day; whoever watches the installation sees that it happens."""
    logger.info("stale flags were escalated", extra={"flags": len(message.payload["flags"])})
