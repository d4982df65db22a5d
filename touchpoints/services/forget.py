"""What a touchpoint leaves behind when it goes, where newer ones stay.

`reconcile` takes back what followed from the newest touchpoint. One between others had closed a
check-in and a flag that the next contact would have closed, and had begun a period of its own.
"""

from django.conf import settings
from django.db import connection

from touchpoints.models import Touchpoint
from touchpoints.sql import COUNTED

_OTHERS = f"""
    FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    WHERE t.account_id = %(account)s AND t.id <> %(touchpoint)s AND {COUNTED}
"""

# Where no newer contact is left it was not done after all; reconcile opens it again where a cadence applies.
HAND_ON_CHECK_INS = f"""
    UPDATE touchpoints_checkin c SET (fulfilled_by_id, status) = (
        SELECT n.id, CASE WHEN n.id IS NULL THEN 'cancelled' ELSE c.status END
        FROM (VALUES (1)) AS always LEFT JOIN LATERAL (
            SELECT t.id {_OTHERS} AND (t.occurred_at AT TIME ZONE %(zone)s)::date > c.period_on
            ORDER BY t.occurred_at, t.id LIMIT 1) n ON true)
    WHERE c.fulfilled_by_id = %(touchpoint)s
"""

HAND_ON_FLAGS = f"""
    UPDATE touchpoints_staleflag f SET closed_by_touchpoint_id = (
        SELECT t.id {_OTHERS} AND t.occurred_at > f.anchor_at ORDER BY t.occurred_at, t.id LIMIT 1)
    WHERE f.closed_by_touchpoint_id = %(touchpoint)s
"""

# A period is that of a date: another contact of the same date, or customer_since, keeps it.
FORGET_PERIOD = f"""
    DELETE FROM touchpoints_checkin c USING accounts_account a
    WHERE a.id = %(account)s AND c.account_id = a.id AND c.source = 'cadence'
      AND c.period_on = (%(occurred_at)s AT TIME ZONE %(zone)s)::date
      AND c.period_on IS DISTINCT FROM a.customer_since
      AND NOT EXISTS (SELECT 1 {_OTHERS} AND (t.occurred_at AT TIME ZONE %(zone)s)::date = c.period_on)
"""

FORGET_SILENCE = f"""
    DELETE FROM touchpoints_staleflag f
    WHERE f.account_id = %(account)s AND f.anchor_at = %(occurred_at)s
      AND NOT EXISTS (SELECT 1 {_OTHERS} AND t.occurred_at = f.anchor_at)
"""


def forget(touchpoint: Touchpoint) -> None:
    """Prepare the removal of `touchpoint`, in the caller's transaction and before the row goes."""
    parameters = {
        "account": touchpoint.account_id,
        "touchpoint": touchpoint.pk,
        "occurred_at": touchpoint.occurred_at,
        "zone": settings.REPORTING_ZONE,
    }
    with connection.cursor() as cursor:
        for statement in (HAND_ON_CHECK_INS, HAND_ON_FLAGS, FORGET_PERIOD, FORGET_SILENCE):
            cursor.execute(statement, parameters)
