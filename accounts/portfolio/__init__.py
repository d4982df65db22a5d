"""The leader's page: what the portfolio is worth, how it does, what moved and why, who needs help."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Case, DecimalField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts import criteria
from accounts.choices import TeamTree
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.filters import CUSTOMERS
from accounts.models import Account
from accounts.portfolio.figures import Figures, by_owner, by_team, cells_of, figures_of
from accounts.portfolio.months import Trend, trend
from accounts.portfolio.moves import Mover, movers
from accounts.portfolio.tiles import Treemap, treemap
from accounts.registry import registry
from kam.people.principal import Principal

MOST_SHOWN = 10


@dataclass(frozen=True)
class Portfolio:
    whole: Figures
    owners: list[Figures]
    teams: list[Figures]
    worst: list[Account]
    silent: list[Account]
    movers: list[Mover]
    treemap: Treemap
    trend: Trend


def portfolio(principal: Principal, *, tree: TeamTree, team_id: UUID | None, days: int, now: datetime) -> Portfolio:
    """The customers `principal` sees, of one team and those below it or (None) of all, and how they moved in `days`.

    Six queries, and one of each registered source of rhythm.
    """
    accounts: QuerySet[Account] = Account.objects.visible_to(principal).filter(lifecycle__in=CUSTOMER_LIFECYCLES)
    query, teams = {"lifecycle": CUSTOMERS}, tree.offered(principal)
    if team_id is not None:
        subtree = tree.subtree(team_id)
        accounts = accounts.filter(team_id__in=subtree)
        query["team"] = str(team_id)
        teams = [(depth, node) for depth, node in teams if node.id in subtree]
    today = reporting_day(now)
    moved = criteria.with_earlier_health(accounts, on=today - timedelta(days=days))
    cells = cells_of(moved, now)
    cells += registry.rhythm(accounts, now, named={cell["owner_id"]: cell["owner__name"] for cell in cells})
    shown = accounts.select_related("owner")
    whole = figures_of("", cells, query, days=days)
    return Portfolio(
        whole=whole,
        owners=by_owner(cells, query, days=days),
        teams=by_team(cells, tree, teams, query, days=days),
        worst=list(_worst(shown)),
        silent=list(shown.filter(criteria.is_stale(now)).order_by("stale_at", "id")[:MOST_SHOWN]),
        movers=movers(accounts, on=today - timedelta(days=days), limit=MOST_SHOWN),
        treemap=treemap(accounts, whole.tally),
        trend=trend(accounts, until=today),
    )


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
