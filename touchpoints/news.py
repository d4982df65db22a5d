"""What others did at somebody's accounts: touchpoints logged, silences that became too long, silences ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.registry import News
from kam.people.principal import Principal
from touchpoints.enums import Purpose

MOST = 100
SETTLING = timedelta(days=1)  # of an account that somebody brought in silent for too long: a flag follows, and no news

# The ids are those of accounts that the caller was allowed to load. `changed_at` is never before `created_at`,
# and has an index.
_NEWS = """
    SELECT 'logged' AS what, t.account_id, t.id, t.created_at AS at, COALESCE(NULLIF(u.name, ''), u.email), y.name
    FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    LEFT JOIN people_user u ON u.id = t.created_by_id
    WHERE t.account_id = ANY(%(ids)s::uuid[]) AND t.changed_at > %(since)s AND t.created_at > %(since)s
      AND t.created_at <= %(now)s AND t.status = 'completed' AND t.created_by_id IS DISTINCT FROM %(me)s
    UNION ALL
    SELECT CASE WHEN f.closed_at IS NULL THEN 'stale' ELSE 'ended' END, f.account_id, f.id,
           COALESCE(f.closed_at, f.opened_at), '', f.purpose
    FROM touchpoints_staleflag f JOIN accounts_account a ON a.id = f.account_id
    LEFT JOIN touchpoints_touchpoint t ON t.id = f.closed_by_touchpoint_id
    WHERE f.account_id = ANY(%(ids)s::uuid[]) AND f.changed_at > %(since)s
      AND NOT (a.created_by_id IS NOT DISTINCT FROM %(me)s AND f.opened_at < a.created_at + %(settling)s)
      AND (f.closed_at IS NULL AND f.opened_at > %(since)s
           OR f.closed_at > %(since)s AND f.opened_at <= %(since)s AND t.created_by_id IS DISTINCT FROM %(me)s)
    ORDER BY at DESC, id LIMIT %(most)s
"""


def touchpoint_news(
    principal: Principal, accounts: Mapping[UUID, Account], since: datetime, now: datetime
) -> list[News]:
    """The latest hundred, the latest first; what `principal` did is no news to them. One query."""
    values: dict[str, Any] = {"ids": list(accounts), "since": since, "now": now, "me": principal.user_id, "most": MOST}
    values["settling"] = SETTLING
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, values)
        rows = cursor.fetchall()
    return [_news(accounts[row[1]], *row) for row in rows]


def _news(account: Account, what: str, account_id: UUID, row_id: UUID, at: datetime, who: str, kind: str) -> News:
    if what == "logged":
        words: dict[str, Any] = {"who": who or _("The system"), "type": kind}
        href = reverse("touchpoint_detail", args=[row_id])
        return News(f"touchpoint:{row_id}", account, "neutral", _("%(who)s logged: %(type)s") % words, at, href)
    of = "" if kind == Purpose.OPERATIONAL else f"{Purpose(kind).label}: "
    if what == "stale":
        return News(f"stale:{row_id}", account, "red", of + _("Silent for too long"), at)
    return News(f"ended:{row_id}", account, "green", of + _("The silence is over"), at)
