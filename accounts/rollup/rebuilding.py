"""Count all of the rollup anew: for a first fill, and where so much is wrong that mending it takes longer."""

from datetime import datetime

from django.db import connection, transaction

from accounts.rollup.drift import ADD_CELLS
from accounts.rollup.sql import ENTRY, entries
from accounts.rollup.sweeping import DROP_GONE, MOVE_STATE, take_turns, times

# Marks go first: what they stand for has been committed, and is counted below. One that comes later stays.
EMPTY = ("accounts_rollupmark", "accounts_rollupentry", "accounts_rollupcell")
_COLUMNS = ", ".join(ENTRY)
ADD_ENTRIES = f"""
    INSERT INTO accounts_rollupentry (account_id, {_COLUMNS}) SELECT account_id, {_COLUMNS} FROM ({entries("true")}) e
"""
LEAVE_YEARS_BEHIND = "UPDATE accounts_rollupyear SET is_behind = true WHERE NOT is_behind"


@transaction.atomic
def rebuild(*, now: datetime) -> None:
    """Entries, cells and as of when they hold, from the accounts themselves; the years follow within the hour."""
    take_turns()
    with connection.cursor() as cursor:
        for table in EMPTY:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute(ADD_ENTRIES, times(now))
        cursor.execute(ADD_CELLS)
        cursor.execute(MOVE_STATE, times(now))
        cursor.execute(DROP_GONE)
        cursor.execute(LEAVE_YEARS_BEHIND)
