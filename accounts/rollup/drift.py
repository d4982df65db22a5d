"""Whether the rollup is what it counts: entries against accounts, cells against entries. Mends what is not.

Triggers and sweep keep it right; this proves it, and says so where a hand in the database or a mistake of ours
made it wrong. Accounts not swept yet are no drift.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from accounts.rollup.sql import ADDS, CELL, ENTRY, UNSWEPT, added, entries, summed
from accounts.rollup.sweeping import take_turns, times

_SPAN = "(%(after)s::uuid IS NULL OR {id} > %(after)s::uuid) AND (%(until)s::uuid IS NULL OR {id} <= %(until)s::uuid)"
_ENTRY = ", ".join(ENTRY)
DRIFTED = f"""
    WITH e AS MATERIALIZED ({entries(_SPAN.format(id="a.id"))}),
    r AS MATERIALIZED (SELECT * FROM accounts_rollupentry WHERE {_SPAN.format(id="account_id")})
    SELECT account_id FROM (
        SELECT account_id FROM (SELECT account_id, {_ENTRY} FROM e EXCEPT SELECT account_id, {_ENTRY} FROM r) missing
        UNION SELECT account_id FROM (SELECT account_id, {_ENTRY} FROM r EXCEPT SELECT account_id, {_ENTRY} FROM e) more
    ) other EXCEPT ({UNSWEPT})
"""

_CELL, _SUMS = ", ".join(CELL), ", ".join(ADDS)
_IS, _WAS = (", ".join(f"{rows}.{name}" for name in ADDS) for rows in ("right_one", "c"))
RIGHT_CELLS = f"""
    SELECT {_CELL}, {summed()} FROM (SELECT {_CELL}, {added()} FROM accounts_rollupentry e) entry GROUP BY {_CELL}
"""
WRONG_CELLS = f"""
    SELECT {_CELL} FROM ({RIGHT_CELLS}) right_one FULL JOIN accounts_rollupcell c USING ({_CELL})
    WHERE ({_IS}) IS DISTINCT FROM ({_WAS})
"""
DELETE_CELLS = f"DELETE FROM accounts_rollupcell WHERE ({_CELL}) IN ({WRONG_CELLS})"
ADD_CELLS = f"""
    INSERT INTO accounts_rollupcell ({_CELL}, {_SUMS}) SELECT * FROM ({RIGHT_CELLS}) r ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Drift:
    """How many accounts are counted wrongly, and how many cells are not the sum of what is counted."""

    entries: int
    cells: int


def drift(*, now: datetime) -> Drift:
    """What mending would change; nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({DRIFTED}) d", {"after": None, "until": None, **times(now)})
        entries_wrong = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM ({WRONG_CELLS}) d")
        return Drift(entries_wrong, cursor.fetchone()[0])


def mend_span(*, after: UUID | None, until: UUID | None, now: datetime) -> int:
    """Mark the accounts with ids in (after, until] that are counted wrongly; the next sweep counts them anew."""
    parameters = {"after": after, "until": until, **times(now)}
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO accounts_rollupmark (account_id) {DRIFTED}", parameters)
        return cursor.rowcount


@transaction.atomic
def mend_cells() -> int:
    """Put the sums right where they are not; returns how many were wrong."""
    take_turns()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({WRONG_CELLS}) d")
        wrong: int = cursor.fetchone()[0]
        if wrong:
            cursor.execute(DELETE_CELLS)
            cursor.execute(ADD_CELLS)
        return wrong
