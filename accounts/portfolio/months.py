"""The share of revenue in each band over the last twelve months."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from accounts.enums import Band
from accounts.models import Account
from accounts.sql import rows_sql

MONTHS = 12
WIDTH, HEIGHT = 560, 160
STACK = (Band.GREEN, Band.AMBER, Band.RED, Band.UNKNOWN)  # from the top down

SHARES = """
    SELECT d."on", COALESCE(s.band, 'unknown'), sum(a.account_revenue)
    FROM ({accounts}) a
    CROSS JOIN unnest(%s::date[]) AS d("on")
    LEFT JOIN LATERAL (
        SELECT s.band FROM accounts_healthsnapshot s
        WHERE s.account_id = a.id AND s."on" <= d."on" ORDER BY s."on" DESC LIMIT 1
    ) s ON true
    GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Month:
    """A day and the value in each band on it, with its share in percent."""

    on: date
    values: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.values.values(), Decimal(0))

    @property
    def shares(self) -> list[tuple[str, Decimal, float]]:
        """(band, value, percent), in the order of the picture."""
        total = self.total
        return [(b.value, self.values[b], float(100 * self.values[b] / total) if total else 0.0) for b in STACK]


@dataclass(frozen=True)
class Trend:
    """Thirteen days, the last one today. Today's customers at today's value: only their bands are of the time."""

    months: list[Month]

    @property
    def is_known(self) -> bool:
        return any(month.total > month.values[Band.UNKNOWN] for month in self.months)

    @property
    def areas(self) -> list[tuple[str, str]]:
        """(band, points of a polygon) on a picture `WIDTH` by `HEIGHT`, stacked to the full height."""
        step = WIDTH / (len(self.months) - 1)
        above = [0.0] * len(self.months)
        areas = []
        for number, band in enumerate(STACK):
            heights = [month.shares[number][2] * HEIGHT / 100 for month in self.months]
            below = [top + height for top, height in zip(above, heights, strict=True)]
            if any(heights):
                there = [(i * step, y) for i, y in enumerate(above)]
                back = [(i * step, y) for i, y in enumerate(below)][::-1]
                areas.append((band.value, " ".join(f"{x:.1f},{y:.1f}" for x, y in there + back)))
            above = below
        return areas


def trend(accounts: QuerySet[Account], *, until: date) -> Trend:
    """One query over the snapshots; accounts of other currencies or without a value have no share."""
    days = month_days(until)
    valued = accounts.filter(currency=settings.REPORTING_CURRENCY, account_revenue__gt=0)
    inner, parameters = rows_sql(valued, "id", "account_revenue")
    found: dict[date, dict[str, Any]] = {day: dict.fromkeys(Band.values, Decimal(0)) for day in days}
    with connection.cursor() as cursor:
        cursor.execute(SHARES.format(accounts=inner), [*parameters, days])
        for day, band, value in cursor.fetchall():
            found[day][band] = value
    return Trend([Month(day, found[day]) for day in days])


def month_days(until: date) -> list[date]:
    """The same day of each of the last twelve months, at most the 28th, and `until` itself."""
    months = [until.year * 12 + until.month - 1 - back for back in range(MONTHS, 0, -1)]
    return [*(date(month // 12, month % 12 + 1, min(until.day, 28)) for month in months), until]
