"""Bring pulse, check-ins and stale flags of accounts in line with their touchpoints.

One set-based implementation for one account or twenty thousand: services call it in the transaction
of their write, the sweep and the nightly repair in chunks. It derives everything from touchpoints,
cadence and first day, so running it again changes nothing, and undoing a touchpoint gives back
the very check-in and flag that the touchpoint had closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from kam.core.copying import uuid_array
from touchpoints.sql import EFFECTIVE_CADENCE, NEWEST_COUNTED, PLAN, SINCE_AT, STATES

LOCK = "SELECT 1 FROM accounts_account WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"

# What each statement looks for. drift.py looks for the same without writing.
PULSE = f"""
    unnest(%(ids)s::uuid[]) AS s(account_id)
    JOIN ({EFFECTIVE_CADENCE}) c ON c.account_id = s.account_id AND c.account_id = ANY(%(ids)s::uuid[])
        AND c.purpose = 'operational'
    LEFT JOIN LATERAL (
        {NEWEST_COUNTED.format(account="s.account_id", until="'infinity'", purpose="'operational'")}
    ) n ON true
"""
_STALE_AT = f"COALESCE(n.occurred_at, {SINCE_AT}) + make_interval(hours => 24 * c.maximum_days)"
PULSE_OTHERWISE = f"""
    a.id = s.account_id AND (a.last_touch_at, a.stale_at) IS DISTINCT FROM (n.occurred_at, {_STALE_AT})
"""
STATE_OTHERWISE = "(s.last_touch_at, s.stale_at) IS DISTINCT FROM (w.last_touch_at, w.stale_at)"
STATE_OF = "s.account_id = w.account_id AND s.purpose = w.purpose"

# The ids once more: old statistics must not talk the planner into reading the whole table for each account.
_CHECK_IN_OF = "c.account_id = ANY(%(ids)s::uuid[]) AND c.account_id = p.account_id AND c.purpose = p.purpose"
_FLAG_OF = "f.account_id = ANY(%(ids)s::uuid[]) AND f.account_id = p.account_id AND f.purpose = p.purpose"

# Successors of touchpoints that are gone. What hung on the first day stays: a touchpoint from before it may go again.
CHECK_IN_TO_FORGET = f"""{_CHECK_IN_OF} AND c.source = 'cadence' AND p.known
    AND (p.period_on IS NULL OR c.period_on > p.period_on AND c.period_on IS DISTINCT FROM p.since_on)
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

# Three statements, since none sees what another part of itself writes; they answer which rows changed, or how many.
# First the pulse of every purpose. It decides what must exist.
MOVE_PULSE = f"""
    WITH w AS MATERIALIZED ({STATES}),
    dropped AS (
        DELETE FROM touchpoints_cadencestate s
        WHERE s.account_id = ANY(%(ids)s::uuid[]) AND NOT EXISTS (SELECT 1 FROM w WHERE {STATE_OF})
        RETURNING s.account_id
    ), kept AS (
        INSERT INTO touchpoints_cadencestate AS s (account_id, purpose, last_touch_at, stale_at)
        SELECT w.account_id, w.purpose, w.last_touch_at, w.stale_at FROM w
        ON CONFLICT (account_id, purpose) DO UPDATE
        SET last_touch_at = EXCLUDED.last_touch_at, stale_at = EXCLUDED.stale_at
        WHERE (s.last_touch_at, s.stale_at) IS DISTINCT FROM (EXCLUDED.last_touch_at, EXCLUDED.stale_at)
        RETURNING s.account_id
    ), touched AS (
        UPDATE accounts_account a SET last_touch_at = n.occurred_at, stale_at = {_STALE_AT}, changed_at = %(now)s
        FROM {PULSE} WHERE {PULSE_OTHERWISE} RETURNING a.id
    )
    SELECT account_id::text FROM dropped UNION ALL SELECT account_id::text FROM kept
    UNION ALL SELECT id::text FROM touched
"""

_CLOSING_TOUCH = NEWEST_COUNTED.format(account="f.account_id", until="p.last_touch_at", purpose="f.purpose")
# Then what it overtook goes or is closed, so that nothing open stands in the way of what comes.
# Without contact (no cadence any more, or a corrected first day) a check-in was overtaken, not done.
_IS_DONE = """(p.last_touch_at IS NOT NULL AND c.period_on < p.period_on
    AND (p.due_on IS NOT NULL OR c.source <> 'cadence'))"""
CLOSE = f"""
    WITH p AS MATERIALIZED ({PLAN}),
    check_ins_forgotten AS (
        DELETE FROM touchpoints_checkin c USING p WHERE {CHECK_IN_TO_FORGET} RETURNING 1
    ), check_ins_closed AS (
        UPDATE touchpoints_checkin c
        SET status = CASE WHEN {_IS_DONE} THEN 'done' ELSE 'cancelled' END,
            closed_at = %(now)s,
            fulfilled_by_id = CASE WHEN {_IS_DONE} THEN (SELECT n.id FROM (
                {NEWEST_COUNTED.format(account="c.account_id", until="p.last_touch_at", purpose="c.purpose")}) n) END
        FROM p WHERE {CHECK_IN_TO_CLOSE} AND ({CHECK_IN_TO_FORGET}) IS NOT TRUE RETURNING 1
    ), flags_forgotten AS (
        DELETE FROM touchpoints_staleflag f USING p WHERE {FLAG_TO_FORGET} RETURNING 1
    ), flags_closed AS (
        UPDATE touchpoints_staleflag f
        SET closed_at = %(now)s, closed_by_touchpoint_id =
            CASE WHEN f.anchor_at < p.anchor_at THEN (SELECT n.id FROM ({_CLOSING_TOUCH}) n) END
        FROM p WHERE {FLAG_TO_CLOSE} AND ({FLAG_TO_FORGET}) IS NOT TRUE RETURNING 1
    )
    SELECT (SELECT count(*) FROM check_ins_forgotten) + (SELECT count(*) FROM check_ins_closed),
           (SELECT count(*) FROM flags_forgotten) + (SELECT count(*) FROM flags_closed)
"""

# What a person decided stays: skipped is skipped, and the day that was chosen holds until the period moves on.
OPEN = f"""
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
    ), flagged AS (
        INSERT INTO touchpoints_staleflag AS f (account_id, purpose, anchor_at, stale_at, opened_at)
        SELECT p.account_id, p.purpose, p.anchor_at, p.stale_at, %(now)s FROM p WHERE p.stale_at < %(now)s
        ON CONFLICT (account_id, purpose, anchor_at) DO UPDATE
        SET closed_at = NULL, closed_by_touchpoint_id = NULL, stale_at = EXCLUDED.stale_at
        WHERE f.closed_at IS NOT NULL OR f.stale_at <> EXCLUDED.stale_at
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM planned) + (SELECT count(*) FROM resumed), (SELECT count(*) FROM flagged)
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


def lock_accounts(account_ids: Iterable[UUID]) -> int:
    """Take turns with everybody else who writes what follows from touchpoints, until the transaction ends.

    How many of them are there still.

    Whoever reads before it writes takes it first: two who lock rows of one account before they lock
    the account would wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": uuid_array(account_ids)})
        return cursor.rowcount


@transaction.atomic(savepoint=False)  # it is all or nothing with the write it follows
def reconcile(account_ids: Sequence[UUID], *, now: datetime) -> Changes:
    """Make pulse, check-ins and flags of these accounts what their touchpoints say, as of `now`.

    Locks the accounts first (in order of id), so that two writers of one account take turns.
    """
    lock_accounts(account_ids)
    return settle(account_ids, now=now)


def settle(account_ids: Sequence[UUID], *, now: datetime) -> Changes:
    """`reconcile` for a caller that holds the locks already."""
    ids = uuid_array(account_ids)
    pulses = len(_move_pulse(ids, now))
    return Changes(pulses, *_follow(ids, now))


def settle_added(account_ids: Sequence[UUID], *, now: datetime) -> Changes:
    """`settle` where touchpoints were added and nothing else changed: nothing follows from a pulse that stays.

    So it costs little where a file tells of the past.
    """
    moved = _move_pulse(uuid_array(account_ids), now)
    return Changes(len(moved), *_follow(uuid_array(set(moved)), now)) if moved else Changes(0, 0, 0)


def _move_pulse(ids: str, now: datetime) -> list[str]:
    """The accounts whose pulse it moved, once for each of their rows."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE_PULSE, _parameters(ids, now))
        return [account_id for (account_id,) in cursor.fetchall()]


def _follow(ids: str, now: datetime) -> tuple[int, int]:
    """How many check-ins and flags changed."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, _parameters(ids, now))
        check_ins, flags = cursor.fetchone()
        cursor.execute(OPEN, _parameters(ids, now))
        more_check_ins, more_flags = cursor.fetchone()
    return check_ins + more_check_ins, flags + more_flags


def _parameters(ids: str, now: datetime) -> dict[str, Any]:
    return {"ids": ids, "now": now, "zone": settings.REPORTING_ZONE}
