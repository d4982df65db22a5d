"""How things stand with accounts, purpose by purpose: cadence, open check-in, stale flag, and the contact behind them.

The caller may see the accounts it asks for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Account
from touchpoints.cadence import Cadence
from touchpoints.enums import Purpose
from touchpoints.sql import COUNTED, EFFECTIVE_CADENCE, NEWEST_COUNTED


@dataclass(frozen=True)
class Standing:
    """How things stand with an account for a purpose: its cadence (None: none applies), open check-in and flag."""

    cadence: Cadence | None
    check_in_on: date | None
    is_flagged: bool
    purpose: str = Purpose.OPERATIONAL
    check_in_id: UUID | None = None

    @property
    def is_of_interest(self) -> bool:
        return self.cadence is not None or self.check_in_on is not None


_STANDING = f"""
    SELECT c.purpose, (SELECT i.id FROM touchpoints_checkin i
            WHERE i.account_id = c.account_id AND i.purpose = c.purpose AND i.status = 'open'),
           (SELECT i.due_on FROM touchpoints_checkin i
            WHERE i.account_id = c.account_id AND i.purpose = c.purpose AND i.status = 'open'),
           EXISTS (SELECT 1 FROM touchpoints_staleflag f
                   WHERE f.account_id = c.account_id AND f.purpose = c.purpose AND f.closed_at IS NULL),
           c.ideal_days, c.maximum_days, c.working_days, c.origin, {{moments}}
    FROM ({EFFECTIVE_CADENCE}) c WHERE c.account_id = %(account)s AND c.purpose = ANY(%(purposes)s)
"""
_BEFORE = NEWEST_COUNTED.format(account="c.account_id", until="%(since)s", purpose="c.purpose")
_MOMENTS = f"""CASE WHEN c.ideal_days IS NOT NULL THEN ARRAY(
    SELECT t.occurred_at FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    WHERE t.account_id = c.account_id AND {COUNTED.format(purpose="c.purpose")}
      AND t.occurred_at >= COALESCE((SELECT n.occurred_at FROM ({_BEFORE}) n), '-infinity')
    ORDER BY t.occurred_at) END
"""


def cadences_of(account_ids: Iterable[UUID], *, purpose: str = Purpose.OPERATIONAL) -> dict[UUID, Cadence]:
    """The cadence of each account that has one for `purpose`; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, ideal_days, maximum_days, working_days, origin FROM ({EFFECTIVE_CADENCE}) c "
            "WHERE account_id = ANY(%(ids)s::uuid[]) AND purpose = %(purpose)s AND ideal_days IS NOT NULL",
            {"ids": list(account_ids), "purpose": purpose},
        )
        return {row[0]: Cadence(*row[1:]) for row in cursor.fetchall()}


def standing_of(account: Account, *, purpose: str = Purpose.OPERATIONAL) -> Standing:
    """Cadence, open check-in and stale flag of an account; one query."""
    return _standings(_STANDING.format(moments="NULL"), account=account.pk, purposes=[purpose])[purpose][0]


def standings_and_contact(account: Account, *, since: datetime) -> Mapping[str, tuple[Standing, list[datetime]]]:
    """The same for every purpose, with the ends of all silences that reach into the time from `since` on; one query.

    These are, ascending, the counted contacts from the last one before `since`; where there was none before, silence
    counts from the account's first day. Where no cadence applies nobody asks for them.
    """
    found = _standings(_STANDING.format(moments=_MOMENTS), account=account.pk, since=since, purposes=Purpose.values)
    return {purpose: (one, _from_the_start(account, moments, since)) for purpose, (one, moments) in found.items()}


def _from_the_start(account: Account, moments: Sequence[datetime], since: datetime) -> list[datetime]:
    first_on = account.silent_since_on
    if first_on and not any(moment <= since for moment in moments[:1]):
        begun = datetime.combine(first_on, time(), UTC)
        if all(begun < moment for moment in moments[:1]):
            return [begun, *moments]
    return list(moments)


def _standings(statement: str, **parameters: Any) -> dict[str, tuple[Standing, list[datetime]]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    found = {}
    for purpose, check_in_id, check_in_on, is_flagged, *cadence, moments in rows:
        applies = Cadence(*cadence) if cadence[0] is not None else None
        found[purpose] = Standing(applies, check_in_on, is_flagged, purpose, check_in_id), moments or []
    return found
