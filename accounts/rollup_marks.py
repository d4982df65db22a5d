"""Which accounts the rollup must count again: triggers note them, so that no statement can forget it.

A mark is a row appended: writers of one account or of twenty thousand never wait for each other here. Triggers
look at a whole statement at once, and mark only what changed in what is counted.
"""

import pgtrigger

COUNTED = ("owner_id", "team_id", "lifecycle", "health_band", "health", "currency", "account_revenue", "stale_at")

_MARK = "INSERT INTO accounts_rollupmark (account_id)"
# A snapshot moves what an account had earlier: today's first in a month, an older one (an import, a merge) at once.
_IS_OLD = """s."on" < CURRENT_DATE - 25"""


def marked_accounts() -> list[pgtrigger.Trigger]:
    """For `Meta.triggers` of Account."""
    columns = ", ".join(COUNTED)
    # No join: its plan, made for one row and kept by the session, took five minutes for 20,000.
    changed = f"(SELECT id, {columns} FROM new_rows EXCEPT SELECT id, {columns} FROM old_rows) changed"
    return _triggers(
        insert="SELECT id FROM new_rows", update=f"SELECT id FROM {changed}", delete="SELECT id FROM old_rows"
    )


def marked_snapshots() -> list[pgtrigger.Trigger]:
    """For `Meta.triggers` of HealthSnapshot."""
    return _triggers(
        insert=f"SELECT DISTINCT account_id FROM new_rows s WHERE {_IS_OLD}",
        update=f"""SELECT account_id FROM (SELECT account_id, "on" FROM old_rows
            UNION SELECT account_id, "on" FROM new_rows) s WHERE {_IS_OLD}""",
        delete=f"SELECT DISTINCT account_id FROM old_rows s WHERE {_IS_OLD}",
    )


def _triggers(*, insert: str, update: str, delete: str) -> list[pgtrigger.Trigger]:
    return [
        _trigger("rollup_insert", pgtrigger.Insert, insert, new="new_rows"),
        _trigger("rollup_update", pgtrigger.Update, update, old="old_rows", new="new_rows"),
        _trigger("rollup_delete", pgtrigger.Delete, delete, old="old_rows"),
    ]


def _trigger(name: str, operation: pgtrigger.Operation, select: str, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"{_MARK} {select}; RETURN NULL;",
    )
