"""The customers that come first: by revenue at risk, by silence, by how far health moved, by value; one query.

The first entries of an index, more of them by as many as may be wrong by now, and whatever was not swept yet: ordered
by what they are at this moment, the first ones of these are the first of all, and some dozens of accounts are read
instead of all.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import criteria
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account, RollupEntry
from accounts.prepared import PreparedText, Text
from accounts.rollup.reading import WITHIN, Cells, Scope
from accounts.rollup.sql import entries
from accounts.rollup.sweeping import times
from accounts.sql import named_rows_sql
from kam.people.principal import Principal

COLUMNS = ("id", "name", "tier", "owner_id", "owner__name", "health", "health_band", "account_revenue", "currency",
           "last_touch_at", "stale_at")  # fmt: skip
_AT_RISK = "value * (100 - health)"

# {most}: the first ones, and as many as may be wrong. What was earlier and what moved it is looked up of movers only:
# each LIMIT 1 keeps the look behind the condition that decides whether there is one.
FOREMOST = """
    WITH entry AS {materialized} ({entries}), anew AS MATERIALIZED ({anew}),
    ours AS MATERIALIZED (
        SELECT account_id FROM entry WHERE currency = %(ours)s AND value > 0 AND health < 100
        ORDER BY {at_risk} DESC, account_id LIMIT {most}
    ), others AS (
        SELECT account_id FROM entry WHERE currency <> %(ours)s AND value > 0 AND health < 100
        ORDER BY {at_risk} DESC, account_id LIMIT (SELECT CASE WHEN count(*) < {most} THEN {most} ELSE 0 END FROM ours)
    ), valued AS (
        SELECT account_id FROM entry WHERE currency = %(ours)s AND value > 0
        ORDER BY value DESC, account_id LIMIT %(tiles)s + %(wrong)s
    ), moved AS (
        SELECT account_id FROM entry WHERE moved_{days} <> 0 AND moved_{days} IS NOT NULL
        ORDER BY abs(moved_{days}) DESC, moved_{days}, account_id LIMIT {most}
    ), mover AS MATERIALIZED (SELECT account_id FROM moved UNION SELECT account_id FROM anew),
    live AS MATERIALIZED (
        SELECT seen.*, account_revenue AS value, held.score AS earlier, held.readings AS earlier_readings
        FROM ({seen}) seen LEFT JOIN LATERAL (
            SELECT s.score, s.readings FROM accounts_healthsnapshot s
            WHERE s.account_id = seen.id AND s."on" <= %(today)s::date - {days}
              AND seen.id = ANY(ARRAY(SELECT account_id FROM mover))
            ORDER BY s."on" DESC LIMIT 1
        ) held ON true
        WHERE seen.id = ANY(ARRAY(
            SELECT account_id FROM ours UNION SELECT account_id FROM others UNION SELECT account_id FROM valued
            UNION SELECT account_id FROM mover UNION SELECT id FROM ({silent}) silent))
    ), placed AS (
        SELECT live.*, {places} FROM live
    )
    SELECT {columns}, earlier, earlier_readings, r.readings, r.weights, by_risk, by_silence, by_move, by_value
    FROM placed LEFT JOIN LATERAL (
        SELECT readings, weights FROM accounts_healthresult r
        WHERE r.account_id = placed.id AND by_move <= %(first)s LIMIT 1
    ) r ON true
    WHERE by_risk <= %(first)s OR by_silence <= %(first)s OR by_move <= %(first)s OR by_value <= %(tiles)s
"""

# (name of the place, who has one, in what order)
_PLACES = (
    ("by_risk", "value > 0 AND health < 100", f"currency = %(ours)s DESC, {_AT_RISK} DESC"),
    ("by_silence", "stale_at < %(now)s", "stale_at"),
    ("by_move", "health <> earlier", "abs(health - earlier) DESC, health - earlier"),
    ("by_value", "value > 0 AND currency = %(ours)s", "value DESC"),
)
PLACES = ", ".join(
    f"CASE WHEN {who} THEN row_number() OVER (PARTITION BY {who} ORDER BY {order}, id) END AS {name}"
    for name, who, order in _PLACES
)


@dataclass(frozen=True, slots=True)
class Customer:
    """An account as lists name it; `earlier_health` and what follows only where its health moved among the most.

    Readings are as signals had them, on the day looked back to and now, None where they were not kept.
    """

    pk: UUID
    name: str
    tier: str
    owner_id: UUID | None
    owner_name: str | None
    health: int | None
    health_band: str
    account_revenue: Decimal | None
    currency: str
    last_touch_at: datetime | None
    stale_at: datetime | None
    earlier_health: int | None
    earlier_readings: Mapping[str, float] | None
    readings: Mapping[str, float] | None
    weights: Mapping[str, float] | None


@dataclass(frozen=True)
class Foremost:
    """Each list in its order, the first ones only."""

    at_risk: list[Customer]
    silent: list[Customer]
    moved: list[Customer]
    valued: list[Customer]


def foremost(scope: Scope, cells: Cells, *, days: int, first: int, tiles: int, now: datetime) -> Foremost:
    """The `first` of each list and the `tiles` most valuable; `cells` as just read for the same scope and days."""
    text, parameters = _WRITTEN.filled(
        scope.principal, days, first, cells.is_far_behind, cells.has_loose, within=scope.within, now=now
    )
    asked: dict[str, Any] = {"ours": settings.REPORTING_CURRENCY, "first": first, "tiles": tiles}
    asked |= {"anew": [], "wrong": 0} if cells.is_far_behind else {"anew": list(cells.anew), "wrong": cells.wrong}
    with connection.cursor() as cursor:
        cursor.execute(text, {**parameters, **times(now), **asked})
        found = [(_customer(row), row[-len(_PLACES) :]) for row in cursor.fetchall()]

    def placed(number: int, most: int) -> list[Customer]:
        there = [(places[number], one) for one, places in found if places[number] and places[number] <= most]
        return [one for _place, one in sorted(there, key=lambda pair: pair[0])]

    return Foremost(placed(0, first), placed(1, first), placed(2, first), placed(3, tiles))


def _customer(row: tuple[Any, ...]) -> Customer:
    told, kept = row[: len(COLUMNS) + 1], row[len(COLUMNS) + 1 : -len(_PLACES)]
    return Customer(*told, *(None if one is None else json.loads(one) for one in kept))


def _statement(
    principal: Principal, days: int, first: int, is_far_behind: bool, has_loose: bool, *, within: Any, now: datetime
) -> Text:
    scope, visible = Scope(principal, within), Account.objects.visible_to(principal)
    customers = visible.filter(scope.narrowed, lifecycle__in=CUSTOMER_LIFECYCLES)
    seen, of_seen = named_rows_sql("seen", customers, *COLUMNS)
    stale = customers.filter(criteria.is_stale(now)).order_by("stale_at", "id")[:first]
    silent, of_silent = named_rows_sql("silent", stale, "id")
    parameters, anew = {**of_seen, **of_silent}, "SELECT unnest(%(anew)s::uuid[]) AS account_id"
    if is_far_behind:
        source = entries(f"a.id IN (SELECT id FROM ({seen}) seen)", [days])
    else:
        rows, columns = RollupEntry.objects.filter(scope.cells), ("account_id", "currency", "value", "health")
        source, of_entries = named_rows_sql("entries", rows, *columns, f"moved_{days}")
        parameters |= of_entries
    if has_loose:
        loose, of_loose = named_rows_sql("loose", visible.filter(scope.loose), "id")
        anew, parameters = f"{anew} UNION {loose}", parameters | of_loose
    text = FOREMOST.format(
        entries=source, materialized="MATERIALIZED" if is_far_behind else "NOT MATERIALIZED", anew=anew,
        seen=seen, silent=silent, places=PLACES, days=days, at_risk=_AT_RISK, most="(%(first)s + %(wrong)s)",
        columns=", ".join(COLUMNS),
    )  # fmt: skip
    return text, parameters


_WRITTEN = PreparedText(_statement, within=WITHIN, now=datetime(1, 1, 1, tzinfo=UTC))
