"""Bring pulse, check-ins and stale flags of accounts in line with their touchpoints.

One set-based implementation for one account or twenty thousand: services call it in the transaction
of their write, the sweep and the nightly repair in chunks. It derives everything from touchpoints,
cadence and customer_since, so running it again changes nothing, and undoing a touchpoint gives back
the very check-in and flag that the touchpoint had closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from touchpoints.sql import NEWEST_COUNTED, PLAN, STATES

LOCK = "SELECT 1 FROM accounts_account WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"

# What each statement looks for. drift.py looks for the same without writing.
TOUCHED = f"""
    unnest(%(ids)s::uuid[]) AS s(account_id)
    LEFT JOIN LATERAL (
        {NEWEST_COUNTED.format(account="s.account_id", until="'infinity'", purpose="'operational'")}
    ) n ON true
"""
TOUCHED_OTHERWISE = "a.id = s.account_id AND a.last_touch_at IS DISTINCT FROM n.occurred_at"
STALE_OTHERWISE = "p.purpose = 'operational' AND a.id = p.account_id AND a.stale_at IS DISTINCT FROM p.stale_at"
STATE_OTHERWISE = "(s.last_touch_at, s.stale_at) IS DISTINCT FROM (w.last_touch_at, w.stale_at)"
STATE_OF = "s.account_id = w.account_id AND s.purpose = w.purpose"

# The ids once more: old statistics must not talk the planner into reading the whole table for each account.
_CHECK_IN_OF = "c.account_id = ANY(%(ids)s::uuid[]) AND c.account_id = p.account_id AND c.purpose = p.purpose"
_FLAG_OF = "f.account_id = ANY(%(ids)s::uuid[]) AND f.account_id = p.account_id AND f.purpose = p.purpose"

# Successors of touchpoints that are gone. What hung on customer_since stays: a touchpoint from before it may go again.
CHECK_IN_TO_FORGET = f"""{_CHECK_IN_OF} AND c.source = 'cadence' AND p.known
    AND (p.period_on IS NULL OR c.period_on > p.period_on AND c.period_on IS DISTINCT FROM p.customer_since)
"""
CHECK_IN_TO_CLOSE = f"""{_CHECK_IN_OF} AND c.status = 'open'
    AND CASE c.source WHEN 'cadence' THEN p.due_on IS NULL OR c.period_on <> p.period_on
                      ELSE c.id IS DISTINCT FROM p.hand_id END
"""
FLAG_TO_FORGET = f"""{_FLAG_OF} AND p.known
    AND (p.anchor_at IS NULL OR f.anchor_at > p.anchor_at AND f.anchor_at IS DISTINCT FROM p.since_at)
"""
FLAG_TO_CLOSE = f"""{_FLAG_OF} AND f.closed_at IS NULL
    AND (f.anchor_at <> p.anchor_at OR p.stale_at IS NULL OR p.stale_at >= %(now)s)
"""

# One statement for the pulse of every purpose. It answers a row for each it changed.
MOVE_LAST_TOUCH = f"""
    WITH w AS MATERIALIZED ({STATES}),
    dropped AS (
        DELETE FROM touchpoints_cadencestate s
        WHERE s.account_id = ANY(%(ids)s::uuid[]) AND NOT EXISTS (SELECT 1 FROM w WHERE {STATE_OF}) RETURNING 1
    ), kept AS (
        INSERT INTO touchpoints_cadencestate AS s (account_id, purpose, last_touch_at, stale_at)
        SELECT w.account_id, w.purpose, w.last_touch_at, w.stale_at FROM w
        ON CONFLICT (account_id, purpose) DO UPDATE
        SET last_touch_at = EXCLUDED.last_touch_at, stale_at = EXCLUDED.stale_at
        WHERE (s.last_touch_at, s.stale_at) IS DISTINCT FROM (EXCLUDED.last_touch_at, EXCLUDED.stale_at) RETURNING 1
    ), touched AS (
        UPDATE accounts_account a SET last_touch_at = n.occurred_at, changed_at = %(now)s
        FROM {TOUCHED} WHERE {TOUCHED_OTHERWISE} RETURNING 1
    )
    SELECT 1 FROM dropped UNION ALL SELECT 1 FROM kept UNION ALL SELECT 1 FROM touched
"""

MOVE_STALE_AT = f"""
    UPDATE accounts_account a SET stale_at = p.stale_at, changed_at = %(now)s
    FROM ({PLAN}) p WHERE {STALE_OTHERWISE}
"""

FORGET_CHECK_INS = f"DELETE FROM touchpoints_checkin c USING ({PLAN}) p WHERE {CHECK_IN_TO_FORGET}"

# Without contact (no cadence any more, or a corrected customer_since) it was overtaken, not done.
_IS_DONE = """(p.last_touch_at IS NOT NULL AND c.period_on < p.period_on
    AND (p.due_on IS NOT NULL OR c.source <> 'cadence'))"""
CLOSE_CHECK_INS = f"""
    UPDATE touchpoints_checkin c
    SET status = CASE WHEN {_IS_DONE} THEN 'done' ELSE 'cancelled' END,
        closed_at = %(now)s,
        fulfilled_by_id = CASE WHEN {_IS_DONE} THEN (SELECT n.id FROM (
            {NEWEST_COUNTED.format(account="c.account_id", until="p.last_touch_at", purpose="c.purpose")}) n) END
    FROM ({PLAN}) p WHERE {CHECK_IN_TO_CLOSE}
"""

# What a person decided stays: skipped is skipped, and the day that was chosen holds until the period moves on.
PLAN_CHECK_INS = f"""
    WITH p AS MATERIALIZED ({PLAN}),
    planned AS (
        INSERT INTO touchpoints_checkin AS c
            (account_id, purpose, source, source_id, period_on, due_on, status, created_at)
        SELECT p.account_id, p.purpose, 'cadence', p.purpose, p.period_on, p.due_on, 'open', %(now)s
        FROM p WHERE p.due_on IS NOT NULL
        ON CONFLICT (account_id, source, source_id, period_on) DO UPDATE
        SET status = 'open', due_on = COALESCE(c.rescheduled_on, EXCLUDED.due_on),
            closed_at = NULL, closed_by_id = NULL, fulfilled_by_id = NULL
        WHERE c.status <> 'skipped'
          AND (c.status <> 'open' OR c.due_on <> COALESCE(c.rescheduled_on, EXCLUDED.due_on))
        RETURNING 1
    ), resumed AS (
        UPDATE touchpoints_checkin c SET status = 'open', closed_at = NULL, closed_by_id = NULL, fulfilled_by_id = NULL
        FROM p WHERE c.id = p.hand_id AND c.status <> 'open' RETURNING 1
    )
    SELECT 1 FROM planned UNION ALL SELECT 1 FROM resumed
"""

FORGET_FLAGS = f"DELETE FROM touchpoints_staleflag f USING ({PLAN}) p WHERE {FLAG_TO_FORGET}"

CLOSE_FLAGS = f"""
    UPDATE touchpoints_staleflag f
    SET closed_at = %(now)s, closed_by_touchpoint_id = CASE WHEN f.anchor_at < p.anchor_at THEN
            (SELECT n.id FROM (
                {NEWEST_COUNTED.format(account="f.account_id", until="p.last_touch_at", purpose="f.purpose")}) n) END
    FROM ({PLAN}) p WHERE {FLAG_TO_CLOSE}
"""

OPEN_FLAGS = f"""
    INSERT INTO touchpoints_staleflag (account_id, purpose, anchor_at, stale_at, opened_at)
    SELECT p.account_id, p.purpose, p.anchor_at, p.stale_at, %(now)s FROM ({PLAN}) p WHERE p.stale_at < %(now)s
    ON CONFLICT (account_id, purpose, anchor_at) DO UPDATE
    SET closed_at = NULL, closed_by_touchpoint_id = NULL, stale_at = EXCLUDED.stale_at
    WHERE touchpoints_staleflag.closed_at IS NOT NULL OR touchpoints_staleflag.stale_at <> EXCLUDED.stale_at
"""


@dataclass(frozen=True)
class Changes:
    """How many rows a reconciliation changed; all zero where nothing had drifted."""

    pulses: int
    check_ins: int
    flags: int

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.pulses + other.pulses, self.check_ins + other.check_ins, self.flags + other.flags)

    @property
    def total(self) -> int:
        return self.pulses + self.check_ins + self.flags


def lock_accounts(account_ids: Iterable[UUID]) -> None:
    """Take turns with everybody else who writes what follows from touchpoints, until the transaction ends.

    Whoever reads before it writes takes it first: two who lock rows of one account before they lock
    the account would wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": list(account_ids)})


@transaction.atomic(savepoint=False)  # it is all or nothing with the write it follows
def reconcile(account_ids: Sequence[UUID], *, now: datetime) -> Changes:
    """Make pulse, check-ins and flags of these accounts what their touchpoints say, as of `now`.

    Locks the accounts first (in order of id), so that two writers of one account take turns.
    """
    lock_accounts(account_ids)
    return settle(account_ids, now=now)


def settle(account_ids: Sequence[UUID], *, now: datetime) -> Changes:
    """`reconcile` for a caller that holds the locks already."""
    parameters = {"ids": list(account_ids), "now": now, "zone": settings.REPORTING_ZONE}
    with connection.cursor() as cursor:

        def run(*statements: str) -> int:
            changed = 0
            for statement in statements:
                cursor.execute(statement, parameters)
                changed += cursor.rowcount
            return changed

        return Changes(
            pulses=run(MOVE_LAST_TOUCH, MOVE_STALE_AT),
            check_ins=run(FORGET_CHECK_INS, CLOSE_CHECK_INS, PLAN_CHECK_INS),
            flags=run(FORGET_FLAGS, CLOSE_FLAGS, OPEN_FLAGS),
        )
