"""The rows of the account list: columns read straight from the table, the rest fetched once per page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.days import reporting_day, whole_days_until
from accounts.enums import Lifecycle
from accounts.health.history import health_delta, health_series
from accounts.models import Account
from accounts.registry import registry
from kam.core.pagination import keyset_page
from kam.people.principal import Principal

PER_PAGE = 50
DELTA_DAYS = 30

# What a heading orders by; NULLs always come last.
ORDERINGS = {
    "name": ("name_sort", "id"),
    "-name": ("-name_sort", "-id"),
    "health": ("health", "id"),
    "-health": ("-health", "-id"),
    "stale_at": ("stale_at", "id"),
    "-stale_at": ("-stale_at", "-id"),
    "last_touch_at": ("last_touch_at", "id"),
    "-last_touch_at": ("-last_touch_at", "-id"),
    "account_revenue": ("account_revenue", "id"),
    "-account_revenue": ("-account_revenue", "-id"),
}

COLUMNS = (
    "id",
    "name",
    "name_sort",
    "tier",
    "lifecycle",
    "owner__name",
    "health",
    "health_band",
    "last_touch_at",
    "stale_at",
    "account_revenue",
    "currency",
)


@dataclass(frozen=True)
class AccountRow:
    """One line of the list. `stale_days` is negative once overdue; None where no cadence applies.

    `trend` holds twelve weekly scores, `delta` the change over 30 days, `next_on` the next check-in,
    `is_late` once its day has passed.
    """

    account: dict[str, Any]
    trend: list[int | None]
    delta: int | None
    stale_days: int | None
    next_on: date | None
    is_late: bool

    @property
    def lifecycle_label(self) -> str:
        return str(Lifecycle(self.account["lifecycle"]).label)


@dataclass(frozen=True)
class AccountPage:
    """A page of rows and the cursors of its neighbours."""

    rows: list[AccountRow]
    next: str | None
    previous: str | None


def account_page(
    principal: Principal, accounts: QuerySet[Account], *, ordering: str, cursor: str | None, now: datetime
) -> AccountPage:
    """A page of `accounts`, in four queries whatever their number. Raises BadInput for a foreign cursor."""
    page = keyset_page(accounts.values(*COLUMNS), order=ORDERINGS[ordering], limit=PER_PAGE, cursor=cursor)
    ids: list[UUID] = [row["id"] for row in page.rows]
    today = reporting_day(now)
    trends = health_series(ids, until=today)
    deltas = health_delta(ids, until=today, days=DELTA_DAYS)
    planned = registry.next_touches(principal, ids)
    rows = [
        AccountRow(
            account=row,
            trend=trends.get(row["id"], []),
            delta=deltas.get(row["id"]),
            stale_days=whole_days_until(row["stale_at"], now=now),
            next_on=planned.get(row["id"]),
            is_late=planned.get(row["id"], today) < today,
        )
        for row in page.rows
    ]
    return AccountPage(rows, next=page.next, previous=page.previous)
