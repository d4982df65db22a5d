"""What the worker does in the background: plan check-ins, flag accounts gone stale, repair drift."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from accounts.health import mark_dirty
from accounts.models import Account
from touchpoints.services.reconcile import Changes, reconcile

logger = logging.getLogger(__name__)

CHUNK = 20_000
# A transaction that began before the last sweep may have committed after it with a due time in between.
OVERLAP = timedelta(minutes=10)


def plan_accounts(account_ids: list[UUID], *, now: datetime) -> Changes:
    """Plan again for accounts whose cadence inputs changed; their health follows in the background."""
    changes = Changes(0, 0, 0)
    for start in range(0, len(account_ids), CHUNK):
        changes += reconcile(account_ids[start : start + CHUNK], now=now)
    mark_dirty(account_ids)
    return changes


def flag_stale(*, since: datetime, until: datetime) -> Changes:
    """Open the flags of accounts whose silence became too long between two sweeps (an index range)."""
    due = (
        Account.objects.all_for_system(reason="the sweep looks after every account")
        .filter(stale_at__gt=since - OVERLAP, stale_at__lte=until)
        .order_by("stale_at", "id")
        .values_list("id", flat=True)
    )
    changes = Changes(0, 0, 0)
    for chunk in _chunks(due):
        changes += reconcile(chunk, now=until)
    return changes


def repair_all(*, now: datetime) -> Changes:
    """Reconcile every account, a transaction per chunk. What it changes had drifted, so it is logged."""
    everyone = (
        Account.objects.all_for_system(reason="the nightly repair looks after every account")
        .order_by("id")
        .values_list("id", flat=True)
    )
    changes, last = Changes(0, 0, 0), None
    while chunk := list((everyone.filter(id__gt=last) if last else everyone)[:CHUNK]):
        changes += reconcile(chunk, now=now)
        last = chunk[-1]
    if changes.total:
        logger.warning("the nightly repair found drift", extra={"drift": changes.total})
    return changes


def _chunks(ids: "Iterator[UUID] | object") -> Iterator[list[UUID]]:
    found = list(ids)  # type: ignore[call-overload]
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]
