"""A silence that nobody ends goes up the tree: the owner knows at once, then the leader, then the next leader."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from kam.outbox.publish import publish
from touchpoints.enums import Escalation

ESCALATED = "stale_flag.escalated"
# Counted from when the flag was opened: the owner has had that long to act on it.
TO_LEADER = timedelta(days=3)
TO_NEXT_LEADER = timedelta(days=7)
AT_ONCE = 1_000

# Locked flags are somebody's who is just closing them: the next sweep looks again, and nobody waits for nobody.
_RAISE = f"""
    UPDATE touchpoints_staleflag f SET escalation = w.level, escalated_at = %(now)s
    FROM (
        SELECT id, CASE WHEN opened_at <= %(next_leader)s THEN {Escalation.NEXT_LEADER:d} ELSE {Escalation.LEADER:d} END
               AS level
        FROM touchpoints_staleflag
        WHERE closed_at IS NULL AND escalation < {Escalation.NEXT_LEADER:d}
          AND (escalation = {Escalation.OWNER:d} AND opened_at <= %(leader)s
               OR escalation = {Escalation.LEADER:d} AND opened_at <= %(next_leader)s)
        ORDER BY escalation, opened_at LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
    ) w
    WHERE f.id = w.id RETURNING f.id, f.account_id, f.escalation
"""


@transaction.atomic
def escalate_flags(*, now: datetime) -> int:
    """Raise the open flags whose time has come, so many at most; how many it were. One message tells of them all."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, {"now": now, "leader": now - TO_LEADER, "next_leader": now - TO_NEXT_LEADER})
        raised = cursor.fetchall()
    if raised:
        flags = [{"id": str(row[0]), "account_id": str(row[1]), "escalation": row[2]} for row in raised]
        publish(ESCALATED, {"flags": flags})
    return len(raised)
