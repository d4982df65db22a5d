"""The rows of the account list: columns read straight from the table, the rest fetched once per page."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from accounts.at_hand import with_marks
from accounts.days import StaleIn, reporting_day, stale_in
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
    "is_favourite",
)


@dataclass(frozen=True)
class AccountRow:
    """One line of the list. `stale_in` is None where no cadence applies or nothing is known to count from.

    `trend` holds twelve weekly scores, `delta` the change over 30 days, `next_on` the next check-in,
    `is_late` once its day has passed.
    """

    account: dict[str, Any]
    trend: list[int | None]
    delta: int | None
    stale_in: StaleIn | None
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


@dataclass(frozen=True)
class Totals:
    """How many accounts, and what they are worth a year in each currency, the reporting currency first."""

    count: int
    values: list[tuple[str, Decimal]]


def totals_of(accounts: QuerySet[Account]) -> Totals:
    """Of all pages; one query. Nothing is converted."""
    grain: QuerySet[Account, Any] = accounts.order_by().values("currency")
    found = list(grain.annotate(n=Count("id"), value=Sum("account_revenue")))
    worth = [(row["currency"], row["value"]) for row in found if row["value"]]
    worth.sort(key=lambda one: (one[0] != settings.REPORTING_CURRENCY, one[0]))
    return Totals(sum(row["n"] for row in found), worth)


def account_page(
    principal: Principal, accounts: QuerySet[Account], *, ordering: str, cursor: str | None, now: datetime
) -> AccountPage:
    """A page of `accounts`, in four queries whatever their number. Raises BadInput for a foreign cursor."""
    page = keyset_page(
        with_marks(accounts, principal).values(*COLUMNS), order=ORDERINGS[ordering], limit=PER_PAGE, cursor=cursor
    )
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
            stale_in=stale_in(row["stale_at"], now=now),
            next_on=planned.get(row["id"]),
            is_late=planned.get(row["id"], today) < today,
        )
        for row in page.rows
    ]
    return AccountPage(rows, next=page.next, previous=page.previous)
