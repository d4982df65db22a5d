"""What follows from the touchpoints, by the product's own set-based services: pulse, check-ins, flags, health."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.health.engine import recompute_at_once, spans
from accounts.health.sql import IDS_OF_SPAN
from accounts.rollup.rebuilding import rebuild
from accounts.rollup.year import refresh
from touchpoints.services.escalation import TO_LEADER, TO_NEXT_LEADER
from touchpoints.services.reconcile import reconcile

AT_ONCE = 100_000
HEALTH_DAYS_AGO = (90,)  # what pages compare with; the last one is now

# The sweep would have raised them in the hour the silence became too long, and told leaders since.
RAISED_IN_TIME = """
    UPDATE touchpoints_staleflag f
    SET opened_at = o.opened_at, escalation = o.level,
        escalated_at = CASE o.level WHEN 1 THEN o.opened_at + %(leader)s WHEN 2 THEN o.opened_at + %(next_leader)s END
    FROM (
        SELECT id, opened_at, CASE WHEN opened_at + %(next_leader)s <= %(now)s THEN 2
                                   WHEN opened_at + %(leader)s <= %(now)s THEN 1 ELSE 0 END AS level
        FROM (SELECT id, LEAST(stale_at + interval '10 minutes', %(now)s) AS opened_at
              FROM touchpoints_staleflag WHERE closed_at IS NULL) raised
    ) o
    WHERE f.id = o.id
"""


def draw_conclusions(*, now: datetime, progress: Callable[[str], None]) -> None:
    """Reconcile everybody as of `now`, then health on earlier days and now: the snapshots are the trend."""
    with connection.cursor() as cursor:
        for after, until in spans(AT_ONCE):
            cursor.execute(IDS_OF_SPAN, {"after": after, "until": until})
            reconcile([row[0] for row in cursor.fetchall()], now=now)
        waited: dict[str, Any] = {"leader": TO_LEADER, "next_leader": TO_NEXT_LEADER}
        cursor.execute(RAISED_IN_TIME, {"now": now, **waited})
        cursor.execute("ANALYZE touchpoints_checkin, touchpoints_staleflag, touchpoints_cadencestate")
    progress("check-ins and flags")
    for days in HEALTH_DAYS_AGO:
        recompute_at_once(as_of=now - timedelta(days=days), is_last=False)
    recompute_at_once(as_of=now)
    progress("health")


def count_for_leaders(*, now: datetime, progress: Callable[[str], None]) -> None:
    """Count the rollup, and the year behind."""
    rebuild(now=now)
    refresh(now=now, limit=sys.maxsize)
    progress("rollup")
