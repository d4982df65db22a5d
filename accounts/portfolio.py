"""The leader's page: customers counted and valued by band, owner and team; every figure knows its list.

Sums are made in the reporting currency only; money in other currencies stands beside them, never in them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Count, DecimalField, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Abs, Cast
from django.urls import reverse
from django.utils.http import urlencode

from accounts import criteria
from accounts.choices import Placed, TeamTree
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES, Band
from accounts.filters import CUSTOMERS, NONE
from accounts.models import Account
from kam.people.principal import Principal

MOST_SHOWN = 10


@dataclass
class Tally:
    """Counts and values of a set of accounts; `value` and its kin are in the reporting currency."""

    count: int = 0
    value: Decimal = Decimal(0)
    others: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Band.values, 0))
    band_values: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Band.values, Decimal(0)))
    stale: int = 0
    down: int = 0
    down_value: Decimal = Decimal(0)

    @property
    def others_listed(self) -> list[tuple[str, Decimal]]:
        return sorted(self.others.items())

    def add(self, cell: dict[str, Any]) -> None:
        self.count += cell["n"]
        self.bands[cell["health_band"]] += cell["n"]
        self.stale += cell["silent"]
        self.down += cell["fell"]
        value, fell_value = cell["value"] or Decimal(0), cell["fell_value"] or Decimal(0)
        if cell["currency"] == settings.REPORTING_CURRENCY:
            self.value += value
            self.band_values[cell["health_band"]] += value
            self.down_value += fell_value
        elif value:
            self.others[cell["currency"]] += value


@dataclass(frozen=True)
class Figures:
    """A tally and the list behind it: `href` shows exactly its accounts, and so do the narrower links."""

    label: str
    tally: Tally
    query: dict[str, str]

    @property
    def href(self) -> str:
        return self._list()

    @property
    def stale_href(self) -> str:
        return self._list(stale="true", ordering="stale_at")

    @property
    def down_href(self) -> str:
        return self._list(moved="down", ordering="health")

    @property
    def unknown_href(self) -> str:
        return self._list(health_band=Band.UNKNOWN.value)

    @property
    def bands(self) -> list[tuple[str, str, int, Decimal, str]]:
        """(band, word, count, value, list), worst first."""
        tally = self.tally
        return [
            (
                band.value,
                str(band.label),
                tally.bands[band],
                tally.band_values[band],
                self._list(health_band=band.value),
            )
            for band in Band
        ]

    def _list(self, **narrower: str) -> str:
        return f"{reverse('account_list')}?{urlencode(self.query | narrower)}"


@dataclass(frozen=True)
class Portfolio:
    whole: Figures
    owners: list[Figures]
    teams: list[Figures]
    worst: list[Account]
    silent: list[Account]
    movers: list[Account]


def portfolio(principal: Principal, *, tree: TeamTree, team_id: UUID | None, now: datetime) -> Portfolio:
    """The customers `principal` sees, of one team and those below it or (None) of all; four queries."""
    accounts: QuerySet[Account] = Account.objects.visible_to(principal).filter(lifecycle__in=CUSTOMER_LIFECYCLES)
    query, teams = {"lifecycle": CUSTOMERS}, tree.offered(principal)
    if team_id is not None:
        subtree = tree.subtree(team_id)
        accounts = accounts.filter(team_id__in=subtree)
        query["team"] = str(team_id)
        teams = [(depth, node) for depth, node in teams if node.id in subtree]
    accounts = criteria.with_earlier_health(accounts, on=reporting_day(now) - timedelta(days=criteria.MOVE_DAYS))
    cells = _cells(accounts, now)
    shown = accounts.select_related("owner")
    return Portfolio(
        whole=_figures("", cells, query),
        owners=_by_owner(cells, query),
        teams=_by_team(cells, tree, teams, query),
        worst=list(_worst(shown)),
        silent=list(shown.filter(criteria.is_stale(now)).order_by("stale_at", "id")[:MOST_SHOWN]),
        movers=list(_movers(shown)),
    )


def _cells(accounts: QuerySet[Account], now: datetime) -> list[dict[str, Any]]:
    """The finest grain any figure needs, counted by the database."""
    grain: QuerySet[Account, Any] = accounts.values("owner_id", "owner__name", "team_id", "health_band", "currency")
    cells = grain.annotate(
        n=Count("id"),
        value=Sum("account_revenue"),
        silent=Count("id", filter=criteria.is_stale(now)),
        fell=Count("id", filter=criteria.MOVED_DOWN),
        fell_value=Sum("account_revenue", filter=criteria.MOVED_DOWN),
    )
    return list(cells)


def _figures(label: str, cells: Iterable[dict[str, Any]], query: dict[str, str]) -> Figures:
    tally = Tally()
    for cell in cells:
        tally.add(cell)
    return Figures(label, tally, query)


def _by_owner(cells: list[dict[str, Any]], query: dict[str, str]) -> list[Figures]:
    """A row per owner, the most valuable portfolio first."""
    mine: dict[UUID | None, list[dict[str, Any]]] = defaultdict(list)
    for cell in cells:
        mine[cell["owner_id"]].append(cell)
    rows = [
        _figures(found[0]["owner__name"] or "", found, query | {"owner": str(owner_id) if owner_id else NONE})
        for owner_id, found in mine.items()
    ]
    return sorted(rows, key=lambda row: (-row.tally.value, -row.tally.count, row.label))


def _by_team(cells: list[dict[str, Any]], tree: TeamTree, teams: list[Placed], query: dict[str, str]) -> list[Figures]:
    """A row per team that may be chosen and holds accounts; each counts the teams below it too."""
    least = min((depth for depth, _ in teams), default=0)
    rows = []
    for depth, node in teams:
        below = set(tree.subtree(node.id))
        mine = [cell for cell in cells if cell["team_id"] in below]
        rows.append(_figures("\u2003" * (depth - least) + node.name, mine, query | {"team": str(node.id)}))
    if homeless := [cell for cell in cells if cell["team_id"] is None]:
        rows.append(_figures("", homeless, query | {"team": NONE}))
    return [row for row in rows if row.tally.count]


def _worst(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Most revenue at risk first: account_revenue × (1 − health ÷ 100); other currencies after ours."""
    at_risk = Cast(
        F("account_revenue") * (100 - F("health")) / Value(100), DecimalField(max_digits=14, decimal_places=2)
    )
    ours_first = Case(
        When(currency=settings.REPORTING_CURRENCY, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    known = accounts.filter(account_revenue__gt=0, health__lt=100).annotate(at_risk=at_risk)
    return known.order_by(ours_first, "-at_risk", "id")[:MOST_SHOWN]


def _movers(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """The steepest changes of health in 30 days, `moved` points from `earlier_health`."""
    moved = accounts.filter(Q(criteria.MOVED_DOWN) | Q(criteria.MOVED_UP)).annotate(
        moved=F("health") - F("earlier_health")
    )
    return moved.annotate(steepness=Abs("moved")).order_by("-steepness", "moved", "id")[:MOST_SHOWN]
