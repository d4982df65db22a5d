"""The stale list as every door answers it: page, shell command and API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kam.core.bounds import check_date
from kam.core.errors import BadInput
from kam.core.pagination import keyset_page
from kam.core.wording import whole_days
from kam.people.principal import Principal
from touchpoints.enums import Purpose
from touchpoints.selectors import stale_accounts

ORDER = ("anchor_at", "id")
MAX_DAYS = 36_500


@dataclass(frozen=True)
class StaleRow:
    """An account and its silence. `days_since` are whole days; None where nothing is known."""

    id: UUID
    name: str
    tier: str
    owner: str
    last_touch_at: datetime | None
    days_since: int | None
    account_revenue: Decimal | None
    currency: str

    def as_dict(self) -> dict[str, Any]:
        """The row as the API gives it."""
        return {"id": self.id, "name": self.name, "last_touch_at": self.last_touch_at, "days_since": self.days_since}


@dataclass(frozen=True)
class StaleReport:
    """`next` and `previous` are cursors; `count` is of all pages."""

    as_of: datetime
    max_days: int | None
    purpose: str
    count: int
    rows: list[StaleRow]
    next: str | None = None
    previous: str | None = None

    def as_dict(self, *, next_url: str | None = None) -> dict[str, Any]:
        """The report as the API gives it."""
        results = [row.as_dict() for row in self.rows]
        return {
            "as_of": self.as_of,
            "max_days": self.max_days,
            "count": self.count,
            "next": next_url,
            "results": results,
        }


def stale_report(
    principal: Principal,
    *,
    as_of: datetime,
    now: datetime,
    max_days: int | None = None,
    include_never: bool = False,
    purpose: str = Purpose.OPERATIONAL,
    limit: int | None = 50,
    cursor: str | None = None,
) -> StaleReport:
    """Accounts stale at `as_of` (see stale_accounts), a page of them or all (`limit` None), the longest silence first.

    Raises BadInput for days or a purpose out of range, or a foreign cursor.
    """
    if max_days is not None and not 0 <= max_days <= MAX_DAYS:
        words = _("Days lie between 0 and %(most)d.") % {"most": MAX_DAYS}
        raise BadInput("max_days_out_of_range", words, field="max_days")
    if purpose not in Purpose.values:
        known = ", ".join(Purpose.values)
        raise BadInput("unknown_purpose", _("Purposes are %(known)s.") % {"known": known}, field="purpose")
    found = stale_accounts(
        principal, as_of=as_of, now=now, max_days=max_days, include_never=include_never, purpose=purpose
    )
    rows = found.values(
        *("id", "name", "tier", "owner__name", "touched_at", "anchor_at", "account_revenue", "currency")
    )
    if limit is None:
        everything = _rows(rows, as_of)
        return StaleReport(as_of, max_days, purpose, len(everything), everything)
    page = keyset_page(rows, order=ORDER, limit=limit, cursor=cursor)
    return StaleReport(as_of, max_days, purpose, found.count(), _rows(page.rows, as_of), page.next, page.previous)


def _rows(rows: Iterable[dict[str, Any]], as_of: datetime) -> list[StaleRow]:
    return [
        StaleRow(
            id=row["id"],
            name=row["name"],
            tier=row["tier"],
            owner=row["owner__name"] or "",
            last_touch_at=row["touched_at"],
            days_since=None if row["anchor_at"] is None else whole_days(row["anchor_at"], now=as_of),
            account_revenue=row["account_revenue"],
            currency=row["currency"],
        )
        for row in rows
    ]


def parse_as_of(text: str, *, now: datetime) -> datetime:
    """An instant of ISO 8601; a bare date means 00:00 UTC, as does a time without offset; nothing means now."""
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        words = _("Write the moment as 2026-09-30 or 2026-09-30T12:00:00Z.")
        raise BadInput("bad_as_of", words, field="as_of") from error
    check_date(moment, field="as_of")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
