"""An episode: the touchpoints of one matter, and what it cost the customer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Account
from kam.core.errors import NotVisible
from kam.people.principal import Principal
from touchpoints.models import Touchpoint
from touchpoints.selectors import touchpoints_of, with_names


@dataclass(frozen=True)
class Episode:
    """`handovers`: how often the next contact was with none of those of us who had the one before, and how often the
    customer was handed on within one. `wait_minutes` is the sum of what was recorded. Times are of what took place;
    None, and no span, where nothing did.
    """

    count: int
    began_at: datetime | None
    ended_at: datetime | None
    handovers: int
    wait_minutes: int

    @property
    def elapsed(self) -> timedelta:
        return self.ended_at - self.began_at if self.began_at and self.ended_at else timedelta(0)


_EPISODE = """
    SELECT count(*), min(occurred_at), max(occurred_at),
           count(*) FILTER (WHERE staff <> '{}' AND earlier <> '{}' AND NOT staff && earlier)
               + COALESCE(sum(handoffs), 0),
           COALESCE(sum(wait_minutes), 0)
    FROM (
        SELECT t.occurred_at, t.handoffs, t.wait_minutes, s.staff,
               lag(s.staff) OVER (ORDER BY t.occurred_at, t.id) AS earlier
        FROM touchpoints_touchpoint t
        CROSS JOIN LATERAL (SELECT ARRAY(
            SELECT l.user_id FROM touchpoints_touchpointstaff l WHERE l.touchpoint_id = t.id) AS staff) s
        WHERE t.account_id = %(account)s AND t.episode = %(name)s AND t.episode <> '' AND t.status = 'completed'
    ) one
"""


def episode_of(account: Account, name: str) -> Episode:
    """What one matter of an account (which the caller may see) came to; one query."""
    return Episode(*_row(account.pk, name))


def episode_touchpoints(principal: Principal, account: Account, name: str) -> QuerySet[Touchpoint]:
    """Its touchpoints in the order they took place or will; NotVisible for no matter."""
    if not name:
        raise NotVisible
    return with_names(touchpoints_of(principal, account).filter(episode=name)).order_by("occurred_at", "id")


def _row(account_id: UUID, name: str) -> tuple[int, datetime | None, datetime | None, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_EPISODE, {"account": account_id, "name": name})
        count, began_at, ended_at, handovers, wait = cursor.fetchone()
    return count, began_at, ended_at, int(handovers), int(wait)
