"""What the worker does in the background: plan check-ins, flag accounts gone stale, repair drift."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.health import mark_dirty
from accounts.models import Account
from accounts.services.accounts import CADENCE_INPUTS_CHANGED
from kam.outbox.publish import publish
from touchpoints.services.reconcile import Changes, reconcile

logger = logging.getLogger(__name__)

CHUNK = 20_000
# How many accounts one tick flags itself; the others wait in the outbox, a transaction per chunk.
AT_ONCE = 2_000
# A transaction that began before the last sweep may have committed after it with a due time in between.
OVERLAP = timedelta(minutes=10)


def plan_accounts(account_ids: list[UUID], *, now: datetime) -> Changes:
    """Plan again for accounts whose cadence inputs changed; their health follows in the background."""
    changes = Changes(0, 0, 0)
    for start in range(0, len(account_ids), CHUNK):
        changes += reconcile(account_ids[start : start + CHUNK], now=now)
    mark_dirty(account_ids)
    return changes


@transaction.atomic
def flag_stale(*, since: datetime, until: datetime) -> Changes:
    """Open the flags of accounts whose silence became too long between two sweeps (an index range)."""
    due = list(
        Account.objects.all_for_system(reason="the sweep looks after every account")
        .filter(stale_at__gt=since - OVERLAP, stale_at__lte=until)
        .order_by("stale_at", "id")
        .values_list("id", flat=True)
    )
    for start in range(AT_ONCE, len(due), AT_ONCE):
        waiting = [str(account_id) for account_id in due[start : start + AT_ONCE]]
        publish(CADENCE_INPUTS_CHANGED, {"account_ids": waiting})
    changes = reconcile(due[:AT_ONCE], now=until) if due else Changes(0, 0, 0)
    if changes.flags:
        mark_dirty(due[:AT_ONCE])  # the day silence is too long, recency has come down to 0
    return changes


def repair_span(*, after: UUID | None, until: UUID | None, now: datetime) -> Changes:
    """Reconcile the accounts with ids in (after, until]. What it changes had drifted, so it is logged."""
    accounts = Account.objects.all_for_system(reason="the nightly repair looks after every account")
    if after is not None:
        accounts = accounts.filter(id__gt=after)
    if until is not None:
        accounts = accounts.filter(id__lte=until)
    changes = reconcile(list(accounts.values_list("id", flat=True)), now=now)
    if changes.total:
        logger.warning("the nightly repair found drift", extra={"drift": changes.total})
    return changes
