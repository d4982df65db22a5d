"""Ask for an effect, inside the transaction that causes it."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from kam.outbox.hints import send_hint
from kam.outbox.models import Lane, OutboxMessage

_hint_for = {lane: partial(send_hint, lane.value) for lane in Lane}


def publish(
    topic: str,
    payload: dict[str, Any],
    *,
    dedup_key: str | None = None,
    lane: str = Lane.DB,
    destination: str = "",
    available_at: datetime | None = None,
) -> None:
    """Write an outbox row; the worker hears of it after the commit, once per transaction and lane.

    `dedup_key` names the occurrence ("went_stale:<account>:2026-11-22"): a second publish with it does
    nothing. `payload` holds JSON values only. `available_at` None means at once.
    Raises: TransactionManagementError outside a transaction, where cause and effect could part.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of its cause.")
    row = OutboxMessage(topic=topic, lane=lane, destination=destination, dedup_key=dedup_key, payload=payload)
    if available_at is not None:
        row.available_at = available_at
    OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)
    _hint_after_commit(Lane(lane))


def _hint_after_commit(lane: Lane) -> None:
    """One hint is enough, however many rows: the dispatcher looks at the whole table."""
    hint = _hint_for[lane]
    # A hint registered in a savepoint that was rolled back is gone from this list, as are its rows.
    if not any(entry[1] is hint for entry in connection.run_on_commit):
        transaction.on_commit(hint, robust=True)
