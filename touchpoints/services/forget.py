"""What touchpoints leave behind when they go, or are corrected to something else, where newer ones stay.

`reconcile` takes back what followed from the newest touchpoint. One between others had closed a
check-in and a flag that the next contact would have closed, and had begun a period of its own.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection

from touchpoints.models import Touchpoint
from touchpoints.sql import COUNTED, SINCE_ON

_OTHERS = f"""
    FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    WHERE t.account_id = {{account}} AND t.id <> ALL(%(gone)s::uuid[]) AND {COUNTED}
"""
# Whose traces: as they were.
_FORMER = "unnest(%(accounts)s::uuid[], %(moments)s::timestamptz[]) AS g(account_id, occurred_at)"
_DATE = "({moment} AT TIME ZONE %(zone)s)::date"

# Where no newer contact is left it was not done after all; reconcile opens it again where a cadence applies.
HAND_ON_CHECK_INS = f"""
    UPDATE touchpoints_checkin c SET (fulfilled_by_id, status) = (
        SELECT n.id, CASE WHEN n.id IS NULL THEN 'cancelled' ELSE c.status END
        FROM (VALUES (1)) AS always LEFT JOIN LATERAL (
            SELECT t.id {_OTHERS.format(account="c.account_id", purpose="c.purpose")}
               AND {_DATE.format(moment="t.occurred_at")} > c.period_on
            ORDER BY t.occurred_at, t.id LIMIT 1) n ON true)
    WHERE c.fulfilled_by_id = ANY(%(ids)s::uuid[])
"""

HAND_ON_FLAGS = f"""
    UPDATE touchpoints_staleflag f SET closed_by_touchpoint_id = (
        SELECT t.id {_OTHERS.format(account="f.account_id", purpose="f.purpose")} AND t.occurred_at > f.anchor_at
        ORDER BY t.occurred_at, t.id LIMIT 1)
    WHERE f.closed_by_touchpoint_id = ANY(%(ids)s::uuid[])
"""

# A period is that of a date: another contact of the same date, or the one silence counts from, keeps it.
FORGET_PERIODS = f"""
    DELETE FROM touchpoints_checkin c USING accounts_account a, {_FORMER}
    WHERE a.id = g.account_id AND c.account_id = a.id AND c.source = 'cadence'
      AND c.period_on = {_DATE.format(moment="g.occurred_at")}
      AND c.period_on IS DISTINCT FROM {SINCE_ON}
      AND NOT EXISTS (SELECT 1 {_OTHERS.format(account="c.account_id", purpose="c.purpose")}
                      AND {_DATE.format(moment="t.occurred_at")} = c.period_on)
"""

FORGET_SILENCES = f"""
    DELETE FROM touchpoints_staleflag f USING {_FORMER}
    WHERE f.account_id = g.account_id AND f.anchor_at = g.occurred_at
      AND NOT EXISTS (SELECT 1 {_OTHERS.format(account="f.account_id", purpose="f.purpose")}
                      AND t.occurred_at = f.anchor_at)
"""


def forget(touchpoints: Sequence[Touchpoint]) -> None:
    """Prepare that these go, before they do; the caller holds the lock of their accounts."""
    _forget(touchpoints, gone=[touchpoint.pk for touchpoint in touchpoints])


def forget_former(former: Sequence[Touchpoint]) -> None:
    """Take back what followed from these as they were, once they are stored otherwise; under the same lock."""
    _forget(former, gone=[])


def forget_periods(former: Sequence[Touchpoint], *, gone: Sequence[UUID] = ()) -> None:
    """Take back only the periods and silences that began with these as they were."""
    parameters = {
        "accounts": [touchpoint.account_id for touchpoint in former],
        "moments": [touchpoint.occurred_at for touchpoint in former],
        "gone": list(gone),
        "zone": settings.REPORTING_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH check_ins AS ({FORGET_PERIODS}) {FORGET_SILENCES}", parameters)


def _forget(former: Sequence[Touchpoint], *, gone: Sequence[UUID]) -> None:
    parameters = {"ids": [touchpoint.pk for touchpoint in former], "gone": gone, "zone": settings.REPORTING_ZONE}
    with connection.cursor() as cursor:
        # Two tables at a time: one does not see what happens to the other, and a write has few queries to spend.
        cursor.execute(f"WITH check_ins AS ({HAND_ON_CHECK_INS}) {HAND_ON_FLAGS}", parameters)
    forget_periods(former, gone=gone)
