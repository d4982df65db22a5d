"""The rows of the account list: columns read straight from the table, the rest fetched once per page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from accounts.at_hand import with_favourites
from accounts.columns import DEFAULT, Column
from accounts.columns import columns as all_columns
from accounts.days import reporting_day, stale_in
from accounts.enums import Lifecycle
from accounts.health.history import series_and_delta
from accounts.models import Account
from accounts.registry import registry
from accounts.tags import with_tags
from kam.core.pagination import keyset_page
from kam.people.principal import Principal

PER_PAGE = 50
DELTA_DAYS = 30
NEVER: tuple[list[int | None], int | None] = ([], None)  # no health on any day

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

# What every row needs, whatever its columns: the name, what stands beside it, and what orders it.
ALWAYS = (
    *("id", "name", "tier", "lifecycle", "is_favourite"),
    *("name_sort", "health", "stale_at", "last_touch_at", "account_revenue"),
)


@dataclass(frozen=True)
class Cell:
    """A column of one row and what stands there."""

    column: Column
    value: Any


@dataclass(frozen=True)
class AccountRow:
    """One line of the list: the account's columns as they were read, and its cells in the order that was chosen."""

    account: dict[str, Any]
    cells: list[Cell]


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
    principal: Principal,
    accounts: QuerySet[Account],
    *,
    ordering: str,
    cursor: str | None,
    now: datetime,
    columns: Sequence[str] = DEFAULT,
) -> AccountPage:
    """A page of `accounts`, in four queries at most whatever their number. Raises BadInput for a foreign cursor."""
    chosen = [all_columns()[key] for key in columns]
    reads = dict.fromkeys([*ALWAYS, *(name for column in chosen for name in column.reads)])
    marked = with_favourites(accounts, principal)
    if "tags" in columns:
        marked, reads["borne"] = with_tags(marked, principal), None
    page = keyset_page(marked.values(*reads), order=ORDERINGS[ordering], limit=PER_PAGE, cursor=cursor)
    beside = Beside(principal, [row["id"] for row in page.rows], columns=columns, now=now)
    rows = [AccountRow(row, [Cell(column, beside.value(column, row)) for column in chosen]) for row in page.rows]
    return AccountPage(rows, next=page.next, previous=page.previous)


@dataclass(frozen=True)
class Planned:
    """The next check-in of an account; `is_late` once its day has passed."""

    on: date | None
    is_late: bool


class Beside:
    """What the cells of a page show beyond the table of accounts, read at once for all rows, and only where chosen."""

    def __init__(self, principal: Principal, ids: Sequence[UUID], *, columns: Sequence[str], now: datetime) -> None:
        self.now, self.today = now, reporting_day(now)
        asked = not {"trend", "delta"}.isdisjoint(columns)
        self.health = series_and_delta(ids, until=self.today, days=DELTA_DAYS) if asked else {}
        self.planned = registry.next_touches(principal, ids) if "next_touch" in columns else {}

    def value(self, column: Column, row: dict[str, Any]) -> Any:
        match column.kind:
            case "trend":
                return self.health.get(row["id"], NEVER)[0]
            case "delta":
                return self.health.get(row["id"], NEVER)[1]
            case "stale_in":
                return stale_in(row["stale_at"], now=self.now)
            case "tags":
                return row["borne"]
            case "next_touch":
                on = self.planned.get(row["id"])
                return Planned(on, on is not None and on < self.today)
            case "lifecycle":
                return Lifecycle(row["lifecycle"]).label
        return row[column.reads[0]]
