"""What follows from a change of the catalogue, for all accounts it concerns: a chunk a transaction.

Each chunk asks the outbox for the next one, so a change that concerns everybody is saved at once, nobody
waits long for a lock, and a failed chunk is tried again by itself.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kam.outbox.publish import publish
from touchpoints.models import Touchpoint
from touchpoints.services.cadence_policies import POLICY_CHANGED
from touchpoints.services.catalogue import COUNTS_CHANGED
from touchpoints.services.forget import forget_former
from touchpoints.services.planning import AT_ONCE, plan_accounts
from touchpoints.services.reconcile import lock_accounts

ACCOUNTS_OF_TYPE = """
    SELECT DISTINCT account_id FROM touchpoints_touchpoint
    WHERE type_id = %(type)s AND (%(after)s::uuid IS NULL OR account_id > %(after)s)
    ORDER BY account_id LIMIT %(most)s
"""

TOUCHPOINTS_OF_TYPE = """
    SELECT id, account_id, occurred_at FROM touchpoints_touchpoint
    WHERE type_id = %(type)s AND account_id = ANY(%(ids)s::uuid[])
"""

# Whom a policy may concern; who has a nearer one is planned again for nothing.
ACCOUNTS_OF_POLICY = """
    SELECT id FROM accounts_account
    WHERE lifecycle IN ('onboarding', 'active') AND (%(after)s::uuid IS NULL OR id > %(after)s)
      AND (%(tier)s = '' OR tier = %(tier)s) AND (%(segment)s::uuid IS NULL OR segment_id = %(segment)s)
    ORDER BY id LIMIT %(most)s
"""


@transaction.atomic
def recount_type(*, type_id: UUID, after: UUID | None, now: datetime) -> None:
    """A type counts for other purposes than before: bring the next accounts that have one in line.

    Whatever its touchpoints had closed or begun is handed on or taken back first, as if they were
    corrected one by one.
    """
    ids = [row[0] for row in _rows(ACCOUNTS_OF_TYPE, type=type_id, after=after, most=AT_ONCE)]
    if not ids:
        return
    lock_accounts(ids)
    rows = _rows(TOUCHPOINTS_OF_TYPE, type=type_id, ids=ids)
    forget_former([Touchpoint(id=row[0], account_id=row[1], occurred_at=row[2]) for row in rows])
    plan_accounts(ids, now=now)
    if len(ids) == AT_ONCE:
        publish(COUNTS_CHANGED, {"type_id": str(type_id), "after": str(ids[-1])})


@transaction.atomic
def replan_policy(*, tier: str, segment_id: UUID | None, after: UUID | None, now: datetime) -> None:
    """A policy was made, changed or removed: plan the next accounts that it may concern again."""
    rows = _rows(ACCOUNTS_OF_POLICY, tier=tier, segment=segment_id, after=after, most=AT_ONCE)
    ids = [row[0] for row in rows]
    plan_accounts(ids, now=now)
    if len(ids) == AT_ONCE:
        segment = segment_id and str(segment_id)
        publish(POLICY_CHANGED, {"tier": tier, "segment_id": segment, "after": str(ids[-1])})


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
