"""Which accounts come first: by revenue at risk, by how far health moved, by silence; one query.

The first entries of an index, more of them by as many as were not swept yet, and those: whoever orders them by what
they are now has the first ones exactly, and reads some dozens of accounts instead of all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import criteria
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account, RollupEntry
from accounts.rollup.reading import Scope
from accounts.rollup.sql import UNSWEPT, entries
from accounts.rollup.sweeping import times
from accounts.sql import named_rows_sql

MOST = 500  # with more unswept accounts than that, entries are made anew of all that is seen

FOREMOST = """
    WITH anew AS MATERIALIZED ({anew}), ours AS MATERIALIZED (
        SELECT account_id FROM ({entries}) e WHERE currency = %(ours)s AND value > 0 AND health < 100
        ORDER BY value * (100 - health) DESC, account_id LIMIT %(most)s
    ), others AS (
        SELECT account_id FROM ({entries}) e WHERE currency <> %(ours)s AND value > 0 AND health < 100
        ORDER BY value * (100 - health) DESC, account_id
        LIMIT (SELECT CASE WHEN count(*) < %(most)s THEN %(most)s ELSE 0 END FROM ours)
    ), moved AS (
        SELECT account_id FROM ({entries}) e WHERE moved_{days} <> 0 AND moved_{days} IS NOT NULL
        ORDER BY abs(moved_{days}) DESC, moved_{days}, account_id LIMIT %(most)s
    )
    SELECT ARRAY(SELECT account_id FROM ours UNION SELECT account_id FROM others UNION SELECT account_id FROM anew),
           ARRAY(SELECT account_id FROM moved UNION SELECT account_id FROM anew),
           ARRAY(SELECT id FROM ({silent}) silent)
"""


@dataclass(frozen=True)
class Foremost:
    """Ids among which the first ones are, some of accounts that the asker does not see; `silent`: just the first."""

    at_risk: list[UUID]
    moved: list[UUID]
    silent: list[UUID]


def foremost(scope: Scope, *, days: int, first: int, unswept: int, now: datetime) -> Foremost:
    """The `first` of each list are among these; `unswept` as `read_cells` counted it."""
    seen = Account.objects.visible_to(scope.principal).filter(scope.narrowed)
    silent = seen.filter(criteria.is_stale(now), lifecycle__in=CUSTOMER_LIFECYCLES)
    silent_sql, of_silent = named_rows_sql("silent", silent.order_by("stale_at", "id")[:first], "id")
    if unswept > MOST:
        visible, parameters = named_rows_sql("seen", seen, "id")
        source = entries(f"a.id IN ({visible})", [days])
        anew, most = "SELECT NULL::uuid AS account_id WHERE false", first
    else:
        rows = RollupEntry.objects.filter(scope.cells)
        source, parameters = named_rows_sql(
            "entries", rows, "account_id", "currency", "value", "health", f"moved_{days}"
        )
        loose, of_loose = named_rows_sql("loose", Account.objects.visible_to(scope.principal).filter(scope.loose), "id")
        anew, most = f"{UNSWEPT} UNION {loose}", first + unswept
        parameters |= of_loose
    text = FOREMOST.format(anew=anew, entries=source, silent=silent_sql, days=days)
    asked: dict[str, Any] = {"ours": settings.REPORTING_CURRENCY, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(text, {**parameters, **of_silent, **times(now), **asked})
        return Foremost(*cursor.fetchone())
