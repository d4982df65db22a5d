"""Bringing the outbox's effects about: claim one row (T1), act on it (T2), mark it.

T1 commits before anything is done, so that a row whose handler kills its worker uses up its tries.
Effects in the database commit together with the mark, under a lock that proves the claim still holds.
Leases and waiting times are counted by the database's clock alone.
"""

import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from kam.audit.context import recorded
from kam.outbox.models import Lane, OutboxMessage
from kam.outbox.registry import Message, handlers_of, patient_topics
from kam.people.principal import Principal

logger = logging.getLogger(__name__)
RUN_S = 20
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
MAX_WAIT_S = 3600
IN_FLIGHT_PER_DESTINATION = 2

CLAIM = """
    UPDATE outbox_outboxmessage SET attempts = attempts + 1, lease_token = %(token)s, lease_until = now() + %(lease)s
    WHERE id = (
        SELECT id FROM outbox_outboxmessage m
        WHERE lane = %(lane)s AND done_at IS NULL AND dead_at IS NULL AND available_at <= now()
          AND (lease_until IS NULL OR lease_until <= now()) AND attempts < %(tries)s
          AND (topic = ANY(%(patient)s::text[])) = %(is_patient)s
          AND (destination = '' OR %(in_flight)s > (
              SELECT count(*) FROM outbox_outboxmessage o
              WHERE o.lane = m.lane AND o.destination = m.destination AND o.done_at IS NULL
                AND o.dead_at IS NULL AND o.lease_until > now()))
        ORDER BY available_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, topic, payload::text, attempts, created_at
"""


def run(lane: str, *, seconds: float = RUN_S, monotonic: Callable[[], float] = time.monotonic) -> int:
    """Work on due rows of a lane until none is left or `seconds` have passed; how many were claimed."""
    _bury_exhausted(lane)
    deadline = monotonic() + seconds
    claimed = 0
    while monotonic() < deadline:
        token = uuid.uuid4()
        message = claim(lane, token=token)
        if message is None:
            break
        claimed += 1
        act(message, lane=lane, token=token)
    return claimed


def claim(lane: str, *, token: uuid.UUID) -> Message | None:
    """T1: take the oldest due row for five minutes under `token`; None where nothing is due.

    A patient row is taken only where no other is due.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if lane != Lane.DB:
            # Counting what is in flight and claiming must be one step, or two claims make three.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('outbox:' || %s))", [lane])
        values: dict[str, Any] = {"lane": lane, "token": token, "lease": LEASE}
        values |= {"tries": MAX_ATTEMPTS, "in_flight": IN_FLIGHT_PER_DESTINATION, "patient": patient_topics(lane)}
        for is_patient in (False, True) if values["patient"] else (False,):
            cursor.execute(CLAIM, values | {"is_patient": is_patient})
            if row := cursor.fetchone():
                break
    if row is None:
        return None
    message_id, topic, payload, attempts, created_at = row
    return Message(message_id, topic, json.loads(payload), attempts, created_at)


def act(message: Message, *, lane: str, token: uuid.UUID) -> None:
    """T2: the effect and its mark; a failure is stored with the row, which waits for its next try."""
    try:
        if lane == Lane.DB:
            _act_in_database(message, token)
        else:
            _handle(message, lane)
            _mark_done(_claimed(message, token))
    except Exception as error:  # noqa: BLE001  the one place that must count whatever a handler raises
        logger.warning("%s #%s failed (try %s)", message.topic, message.id, message.attempt, exc_info=True)
        _fail(message, token, f"{type(error).__name__}: {error}")


def _act_in_database(message: Message, token: uuid.UUID) -> None:
    with transaction.atomic():
        mine = _claimed(message, token)
        if not mine.select_for_update().exists():
            return  # the lease ran out and another worker has it
        _handle(message, Lane.DB)
        _mark_done(mine)


def _handle(message: Message, lane: str) -> None:
    """What handlers change is the topic's doing in the history, unless they say whose it is."""
    with recorded(via="task", by=Principal.system(message.topic)):
        for handler in handlers_of(message.topic, lane):
            handler(message)


def _claimed(message: Message, token: uuid.UUID) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=message.id, lease_token=token, done_at=None, dead_at=None)


def _mark_done(mine: QuerySet[OutboxMessage]) -> None:
    mine.update(done_at=Now(), lease_until=None, lease_token=None, last_error="")


def _fail(message: Message, token: uuid.UUID, error: str) -> None:
    outcome: dict[str, Any] = (
        {"dead_at": Now()}
        if message.attempt >= MAX_ATTEMPTS
        else {"available_at": Now() + timedelta(seconds=wait_s(message.attempt))}
    )
    stored = error.replace("\x00", "")[:2000]
    _claimed(message, token).update(lease_until=None, lease_token=None, last_error=stored, **outcome)


def wait_s(attempt: int) -> float:
    """Seconds before the next try: anywhere up to 2^attempt, at most an hour, so that herds disperse."""
    return random.uniform(0, min(MAX_WAIT_S, 2**attempt))  # noqa: S311  spreading load, not secrets


def _bury_exhausted(lane: str) -> None:
    """Rows whose last claim never came back: their worker was killed at the last try."""
    lost = OutboxMessage.objects.filter(
        lane=lane, done_at=None, dead_at=None, attempts__gte=MAX_ATTEMPTS, lease_until__lte=Now()
    )
    lost.update(dead_at=Now(), lease_until=None, lease_token=None, last_error="The worker died at the last try.")


def due_lanes() -> list[str]:
    """Lanes in which a row is due now."""
    due = OutboxMessage.objects.filter(done_at=None, dead_at=None, available_at__lte=Now())
    return sorted(due.exclude(lease_until__gt=Now()).values_list("lane", flat=True).distinct())


def replay_dead(*, topic: str | None = None) -> int:
    """Give dead letters (of a topic) all their tries again; how many."""
    dead = OutboxMessage.objects.filter(dead_at__isnull=False)
    if topic is not None:
        dead = dead.filter(topic=topic)
    return dead.update(dead_at=None, attempts=0, available_at=Now())
