"""When the rollup is counted: at each tick what was marked, and each night whether all of it is right."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from accounts.health.engine import spans
from accounts.rollup.drift import mend_cells, mend_span
from accounts.rollup.sweeping import BATCH, sweep
from accounts.rollup.year import refresh
from kam.core import clock
from kam.outbox import planner
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe

logger = logging.getLogger(__name__)

MORE_DUE = "accounts.rollup_due"
CHECK_DUE = "accounts.rollup_check_due"


def register_jobs() -> None:
    planner.register("accounts.rollup", timedelta(0), catch_up)
    planner.register("accounts.rollup_check", planner.Daily(hour=3), plan_check)


def catch_up(since: datetime, until: datetime) -> None:
    """One batch of each at a time, and the outbox goes on where some are left."""
    is_full = sweep(now=until) == BATCH
    if refresh(now=until) or is_full:
        publish(MORE_DUE, {})


def plan_check(since: datetime, until: datetime) -> None:
    """An outbox row per chunk: none takes long, and each is tried again by itself."""
    mended = mend_cells()
    if mended:
        logger.warning("the rollup had drifted", extra={"cells": mended})
    for after, last in spans(chunk=BATCH):
        payload = {"after": after and str(after), "until": last and str(last)}
        publish(CHECK_DUE, payload, dedup_key=f"{CHECK_DUE}:{until.isoformat()}:{after}")


@subscribe(MORE_DUE)
def catch_up_more(message: Message) -> None:
    now = clock.now()
    catch_up(now, now)


@subscribe(CHECK_DUE)
def check_span(message: Message) -> None:
    after, until = (UUID(end) if end else None for end in (message.payload["after"], message.payload["until"]))
    drifted = mend_span(after=after, until=until, now=clock.now())
    if drifted:
        logger.warning("the rollup had drifted", extra={"entries": drifted})
