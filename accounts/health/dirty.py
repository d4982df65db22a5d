"""Accounts that a bulk writer touched: their health is caught up by the worker, soon."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.health.engine import catch_up
from kam.core.copying import uuid_array

MARK = """
    INSERT INTO accounts_healthdirty AS d (account_id, generation)
    SELECT id, 1 FROM unnest(%(ids)s::uuid[]) AS id ORDER BY id
    ON CONFLICT (account_id) DO UPDATE SET generation = d.generation + 1
"""

MARK_TIERS = """
    INSERT INTO accounts_healthdirty AS d (account_id, generation)
    SELECT id, 1 FROM accounts_account WHERE tier = ANY(%(tiers)s) ORDER BY id
    ON CONFLICT (account_id) DO UPDATE SET generation = d.generation + 1
"""

TAKE = "SELECT account_id, generation FROM accounts_healthdirty ORDER BY account_id LIMIT %(limit)s"

# A mark that somebody is just raising is left to the next run: nobody waits here for a bulk writer,
# who may in turn be waiting for the accounts.
CLEAR = """
    DELETE FROM accounts_healthdirty WHERE account_id IN (
        SELECT d.account_id FROM accounts_healthdirty d
        JOIN unnest(%(ids)s::uuid[], %(generations)s::bigint[]) AS done(account_id, generation)
          USING (account_id, generation)
        FOR UPDATE OF d SKIP LOCKED
    )
"""


def mark_dirty(account_ids: Iterable[UUID]) -> None:
    """Have the worker catch up the health of these accounts; call it in the transaction of the change."""
    ids = list(set(account_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(MARK, {"ids": uuid_array(ids)})


def mark_tiers_dirty(tiers: Iterable[str]) -> int:
    """The same for every account of these tiers ("": without one); returns how many they are."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_TIERS, {"tiers": sorted(set(tiers))})
        return cursor.rowcount


def recompute_dirty(*, limit: int, as_of: datetime) -> int:
    """Catch up at most `limit` marked accounts; returns how many were taken (under `limit`: none is left).

    A mark is removed only if nobody marked again meanwhile: an account may be done twice, never not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"limit": limit})
        taken = cursor.fetchall()
    if not taken:
        return 0
    ids, generations = [row[0] for row in taken], [row[1] for row in taken]
    catch_up(ids, as_of=as_of)
    with connection.cursor() as cursor:
        cursor.execute(CLEAR, {"ids": ids, "generations": generations})
    return len(taken)
