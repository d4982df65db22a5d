"""Which accounts are not what their touchpoints say: what `reconcile` would change, asked without a lock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from touchpoints.services.reconcile import (
    CHECK_IN_TO_CLOSE,
    CHECK_IN_TO_FORGET,
    FLAG_TO_CLOSE,
    FLAG_TO_FORGET,
    PULSE,
    PULSE_OTHERWISE,
    STATE_OF,
    STATE_OTHERWISE,
)
from touchpoints.sql import PLAN, STATES

# The first branches alone answer for accounts whose plan, told from a pulse that is wrong, is wrong too.
DRIFTED = f"""
    WITH p AS MATERIALIZED ({PLAN}), w AS MATERIALIZED ({STATES})
    SELECT a.id FROM accounts_account a, {PULSE} WHERE {PULSE_OTHERWISE}
    UNION SELECT w.account_id FROM w LEFT JOIN touchpoints_cadencestate s ON {STATE_OF}
          WHERE s.account_id IS NULL OR {STATE_OTHERWISE}
    UNION SELECT s.account_id FROM touchpoints_cadencestate s
          WHERE s.account_id = ANY(%(ids)s::uuid[]) AND NOT EXISTS (SELECT 1 FROM w WHERE {STATE_OF})
    UNION SELECT p.account_id FROM touchpoints_checkin c, p WHERE {CHECK_IN_TO_FORGET}
    UNION SELECT p.account_id FROM touchpoints_checkin c, p WHERE {CHECK_IN_TO_CLOSE}
    UNION SELECT p.account_id FROM p WHERE p.due_on IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM touchpoints_checkin c
        WHERE c.account_id = p.account_id AND c.source = 'cadence' AND c.source_id = p.purpose
          AND c.period_on = p.period_on
          AND (c.status = 'skipped' OR c.status = 'open' AND c.due_on = COALESCE(c.rescheduled_on, p.due_on)))
    UNION SELECT p.account_id FROM touchpoints_checkin c, p WHERE c.id = p.hand_id AND c.status <> 'open'
    UNION SELECT p.account_id FROM touchpoints_staleflag f, p WHERE {FLAG_TO_FORGET}
    UNION SELECT p.account_id FROM touchpoints_staleflag f, p WHERE {FLAG_TO_CLOSE}
    UNION SELECT p.account_id FROM p WHERE p.stale_at < %(now)s AND NOT EXISTS (
        SELECT 1 FROM touchpoints_staleflag f
        WHERE f.account_id = p.account_id AND f.purpose = p.purpose AND f.anchor_at = p.anchor_at
          AND f.closed_at IS NULL AND f.stale_at = p.stale_at)
"""


def drifted(account_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Those that `reconcile` would change; one query, and nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(DRIFTED, {"ids": list(account_ids), "now": now, "zone": settings.REPORTING_ZONE})
        return [row[0] for row in cursor.fetchall()]
