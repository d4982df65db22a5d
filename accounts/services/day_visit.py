"""When somebody looks at My day: what they know of their accounts from then on."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import Account
from accounts.news import Known, known_now, known_yesterday
from kam.core.errors import NotVisible
from kam.people.principal import Principal

NEXT_VISIT_AFTER = timedelta(minutes=30)

# Within the half hour nothing is written, and the answer is what it was the first time.
_OPEN = """
    WITH opened AS (
        INSERT INTO accounts_dayvisit AS v (user_id, since, opened_at, seen_before, seen, site)
        VALUES (%(user)s, %(since)s, %(now)s, %(before)s::jsonb, %(seen)s::jsonb, %(site)s)
        ON CONFLICT (user_id) DO UPDATE
        SET since = v.opened_at, seen_before = v.seen, opened_at = EXCLUDED.opened_at, seen = EXCLUDED.seen,
            site = EXCLUDED.site
        WHERE v.opened_at <= EXCLUDED.opened_at - %(after)s
        RETURNING since, seen_before::text
    )
    SELECT * FROM opened
    UNION ALL
    SELECT since, seen_before::text FROM accounts_dayvisit WHERE user_id = %(user)s AND NOT EXISTS (SELECT FROM opened)
"""


def open_day(*, by: Principal, own: Sequence[Account], site: str, now: datetime) -> Known:
    """What `by` knew before this visit: a reload within half an hour of its beginning still belongs to it.

    Who comes for the first time is told what changed since yesterday. `own`: of `day_accounts`; `site`: where links
    in mail lead from now on. One statement.
    Raises: NotVisible for nobody.
    """
    if by.user_id is None:
        raise NotVisible
    first = known_yesterday(own, now=now)
    values: dict[str, Any] = {"user": by.user_id, "since": first.at, "now": now, "after": NEXT_VISIT_AFTER}
    values["site"] = site
    values |= {"before": first.as_stored(), "seen": known_now(own, now=now).as_stored()}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        row = cursor.fetchone()
    # No row: this is one of two first visits at the same moment, and the other's is not visible yet.
    return Known.of_stored(row[0], json.loads(row[1])) if row else first
