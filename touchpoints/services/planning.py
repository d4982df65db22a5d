"""What the worker does in the background: plan check-ins, flag accounts gone stale, repair drift."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.health import mark_dirty
from accounts.models import Account
from kam.outbox.publish import publish
from touchpoints.enums import Purpose
from touchpoints.models import CadenceState, StaleFlag
from touchpoints.services.drift import drifted
from touchpoints.services.reconcile import Changes, reconcile
from touchpoints.services.releasing import release_unseen

logger = logging.getLogger(__name__)

PLAN_DUE = "touchpoints.plan_due"
# How many accounts one transaction locks: whoever logs at one of them meanwhile waits for well under a second.
AT_ONCE = 1_000
# A transaction that began before the last sweep may have committed after it with a due time in between.
OVERLAP = timedelta(minutes=10)


def plan_accounts(account_ids: list[UUID], *, now: datetime) -> Changes:
    """Plan again for accounts whose cadence inputs changed; their health follows in the background."""
    changes = Changes(0, 0, 0)
    for start in range(0, len(account_ids), AT_ONCE):
        some = account_ids[start : start + AT_ONCE]
        changes += reconcile(some, now=now)
        release_unseen(some)  # who owns them is one of the inputs
    mark_dirty(account_ids)
    return changes


@transaction.atomic
def flag_stale(*, since: datetime, until: datetime) -> Changes:
    """Open the flags of accounts whose silence became too long between two sweeps (an index range).

    A transaction flags so many at most, and asks the outbox to go on where some are left.
    """
    due = _unflagged(since - OVERLAP, until)
    changes = reconcile(due[:AT_ONCE], now=until) if due else Changes(0, 0, 0)
    if changes.flags:
        mark_dirty(due[:AT_ONCE])  # the day silence is too long, recency has come down to 0
    if len(due) > AT_ONCE:
        publish(PLAN_DUE, {"since": since.isoformat()})
    return changes


def _unflagged(since: datetime, until: datetime) -> list[UUID]:
    """Accounts that went stale meanwhile without this very silence flagged, the earliest first and one too many."""
    reason = "the sweep looks after every account"
    span = {"stale_at__gt": since, "stale_at__lt": until}
    flags = StaleFlag.objects.all_for_system(reason=reason).filter(closed_at=None, stale_at=OuterRef("stale_at"))
    own = flags.filter(account=OuterRef("pk"), purpose=Purpose.OPERATIONAL)
    accounts = Account.objects.all_for_system(reason=reason).filter(~Exists(own), **span)
    due = list(accounts.order_by("stale_at", "id").values_list("id", flat=True)[: AT_ONCE + 1])
    others = flags.filter(account=OuterRef("account"), purpose=OuterRef("purpose"))
    # The purposes by name: the index begins with them.
    states = CadenceState.objects.all_for_system(reason=reason).filter(
        ~Exists(others), purpose__in=[Purpose.BUSINESS_REVIEW, Purpose.EXECUTIVE], **span
    )
    due += states.order_by("stale_at", "account_id").values_list("account_id", flat=True)[: AT_ONCE + 1]
    return list(dict.fromkeys(due))[: AT_ONCE + 1]


def repair_span(*, after: UUID | None, until: UUID | None, now: datetime) -> Changes:
    """Reconcile the accounts with ids in (after, until] that drifted, and log that they had.

    Finding them locks nothing: nobody waits for the repair of what is in order.
    """
    accounts = Account.objects.all_for_system(reason="the nightly repair looks after every account")
    if after is not None:
        accounts = accounts.filter(id__gt=after)
    if until is not None:
        accounts = accounts.filter(id__lte=until)
    ids = list(accounts.values_list("id", flat=True))
    release_unseen(ids)  # whom a change of teams took the sight from
    found = drifted(ids, now=now)
    changes = reconcile(found, now=now) if found else Changes(0, 0, 0)
    if changes.total:
        mark_dirty(found)  # recency and the vital cap go by what was just put right
        logger.warning("the nightly repair found drift", extra={"drift": changes.total})
    return changes
