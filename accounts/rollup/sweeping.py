"""Count again what was marked: one sweeper at a time, nobody else waits.

Writers append marks and never touch the rollup, so there is nothing for them to wait for. A mark is removed only
if it was there before its account was counted: one that commits meanwhile stays for the next sweep.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.days import reporting_day
from accounts.rollup.sql import ADDS, CELL, ENTRY, MOVED_BY_TIME, added, entries, summed

BATCH = 5_000
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('accounts.rollup'))"

# What time moved becomes marks like any other, so that a long silence of the worker is worked off in batches, too.
MARK_MOVED = f"INSERT INTO accounts_rollupmark (account_id) SELECT DISTINCT account_id FROM ({MOVED_BY_TIME}) moved"
MOVE_STATE = """
    INSERT INTO accounts_rollupstate AS s (id, as_of) VALUES (1, %(now)s)
    ON CONFLICT (id) DO UPDATE SET as_of = EXCLUDED.as_of
"""
TAKE = """
    SELECT account_id, array_agg(id) FROM accounts_rollupmark GROUP BY account_id ORDER BY min(id) LIMIT %(limit)s
"""
CLEAR = "DELETE FROM accounts_rollupmark WHERE id = ANY(%(marks)s)"

_OF = "= ANY(%(ids)s::uuid[])"
_COLUMNS = ", ".join(ENTRY)
_SUMS = ", ".join(ADDS)
COUNT = f"""
    WITH was AS MATERIALIZED (SELECT account_id, {_COLUMNS} FROM accounts_rollupentry WHERE account_id {_OF}),
    e AS MATERIALIZED (SELECT account_id, {_COLUMNS} FROM ({entries(f"a.id {_OF}")}) live),
    gone AS (
        DELETE FROM accounts_rollupentry r
        WHERE r.account_id {_OF} AND NOT EXISTS (SELECT 1 FROM e WHERE e.account_id = r.account_id)
    ), kept AS (
        INSERT INTO accounts_rollupentry AS r (account_id, {_COLUMNS}) SELECT account_id, {_COLUMNS} FROM e
        ON CONFLICT (account_id) DO UPDATE SET ({_COLUMNS}) = ROW({", ".join(f"EXCLUDED.{name}" for name in ENTRY)})
        WHERE ({", ".join(f"r.{name}" for name in ENTRY)})
              IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in ENTRY)})
    ), difference AS (
        SELECT {", ".join(CELL)}, {added("1")} FROM e UNION ALL SELECT {", ".join(CELL)}, {added("-1")} FROM was e
    ), behind AS (
        UPDATE accounts_rollupyear y SET is_behind = true
        FROM (SELECT DISTINCT owner_id, team_id FROM difference) d
        WHERE (y.owner_id, y.team_id) = (d.owner_id, d.team_id) AND NOT y.is_behind
    )
    INSERT INTO accounts_rollupcell AS c ({", ".join(CELL)}, {_SUMS})
    SELECT {", ".join(CELL)}, {summed()} FROM difference GROUP BY {", ".join(CELL)}
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in ADDS)}
    ON CONFLICT ({", ".join(CELL)}) DO UPDATE SET {", ".join(f"{name} = c.{name} + EXCLUDED.{name}" for name in ADDS)}
"""
DROP_EMPTY = "DELETE FROM accounts_rollupcell WHERE n = 0"
_IS_GONE = (
    """NOT EXISTS (SELECT 1 FROM accounts_rollupcell c WHERE (c.owner_id, c.team_id) = (y.owner_id, y.team_id))"""
)
DROP_GONE = f"""
    WITH months AS (DELETE FROM accounts_rollupmonth y WHERE {_IS_GONE})
    DELETE FROM accounts_rollupyear y WHERE {_IS_GONE}
"""


@transaction.atomic
def sweep(*, now: datetime, limit: int = BATCH) -> int:
    """Count at most `limit` marked accounts; returns how many were taken (under `limit`: none is left)."""
    parameters: dict[str, Any] = times(now)
    take_turns()
    with connection.cursor() as cursor:
        cursor.execute(MARK_MOVED, parameters)
        cursor.execute(MOVE_STATE, parameters)
        cursor.execute(TAKE, {"limit": limit})
        taken = cursor.fetchall()
        if taken:
            cursor.execute(COUNT, {**parameters, "ids": [account_id for account_id, _marks in taken]})
            cursor.execute(DROP_EMPTY)
            if cursor.rowcount:
                cursor.execute(DROP_GONE)
            cursor.execute(CLEAR, {"marks": [mark for _account_id, marks in taken for mark in marks]})
    return len(taken)


def take_turns() -> None:
    """Wait for whoever writes the rollup; it is ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)


def times(now: datetime) -> dict[str, Any]:
    """The parameters of time that the rollup's statements take."""
    return {"now": now, "today": reporting_day(now), "zone": settings.REPORTING_ZONE}
