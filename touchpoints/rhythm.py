"""How steadily contact was kept over many accounts: the set-based twin of `cadence.regularity`."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Account
from accounts.sql import rows_sql
from touchpoints.sql import COUNTED_LOOKED_UP, EFFECTIVE_CADENCE, NEWEST_COUNTED, SINCE_AT

YEAR = timedelta(days=365)

_BEFORE = NEWEST_COUNTED.format(account="a.id", until="%s", purpose="'operational'")

# Ends of silences: the contacts of 12 months and the last one before them, else the first day where that
# is the earliest. The silence since the last counts once it is too long.
KEPT_AND_ALL = f"""
    WITH a AS MATERIALIZED ({{accounts}}), ends AS (
        SELECT a.id, t.occurred_at AS at, false AS assumed
        FROM a JOIN touchpoints_touchpoint t ON t.account_id = a.id
        WHERE {COUNTED_LOOKED_UP.format(purpose="'operational'")} AND t.occurred_at > %s AND t.occurred_at <= %s
        UNION ALL
        SELECT a.id, COALESCE(n.occurred_at, {SINCE_AT}), n.id IS NULL
        FROM a LEFT JOIN LATERAL ({_BEFORE}) n ON true
    ), silences AS (
        SELECT id, at, lead(at) OVER (PARTITION BY id ORDER BY at) AS next
        FROM (SELECT *, min(at) FILTER (WHERE NOT assumed) OVER (PARTITION BY id) AS earliest FROM ends) e
        WHERE at IS NOT NULL AND (NOT assumed OR earliest IS NULL OR at < earliest)
    )
    SELECT a.owner_id, a.team_id, count(*) FILTER (WHERE s.length <= s.most), count(*)
    FROM a JOIN (
        SELECT l.id, l.next, COALESCE(l.next, %s) - l.at AS length, make_interval(hours => 24 * c.maximum_days) AS most
        FROM silences l JOIN ({EFFECTIVE_CADENCE}) c ON c.account_id = l.id
        WHERE c.purpose = 'operational' AND c.maximum_days IS NOT NULL
    ) s ON s.id = a.id
    WHERE s.next IS NOT NULL OR s.length > s.most
    GROUP BY 1, 2
"""


def kept_periods(accounts: QuerySet[Account], now: datetime) -> list[tuple[UUID | None, UUID | None, int, int]]:
    """(owner_id, team_id, kept, all) cadence periods of the last 12 months; one query."""
    inner, parameters = rows_sql(accounts, "id", "owner_id", "team_id", "customer_since", "silence_from_on")
    since = now - YEAR
    with connection.cursor() as cursor:
        cursor.execute(KEPT_AND_ALL.format(accounts=inner), [*parameters, since, now, since, now])
        return cursor.fetchall()
