"""The leader's page: what the portfolio is worth, how it does, what moved and why, who needs help."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.choices import Placed, TeamTree
from accounts.days import reporting_day
from accounts.filters import CUSTOMERS
from accounts.portfolio.figures import Figures, Tally, by_owner, by_team, figures_of, kept_cells
from accounts.portfolio.months import Trend, trend
from accounts.portfolio.moves import Mover, movers
from accounts.portfolio.tiles import TILES, Treemap, treemap
from accounts.rollup.foremost import Customer, foremost
from accounts.rollup.reading import REST, Scope, read_cells
from accounts.rollup.year import read_year
from kam.core.errors import BadInput
from kam.people.principal import Principal

MOST_SHOWN = 10
OWNERS_SHOWN = 50
ALL_OWNERS = 1_000_000


@dataclass(frozen=True)
class Portfolio:
    """`rest_owners` have no row of their own: `rest` tells what they hold together.

    Regularity and the trend's earlier months hold as of `as_of` (None: now), all else right now.
    """

    whole: Figures
    owners: list[Figures]
    rest_owners: int
    rest: Tally
    teams: list[Figures]
    worst: list[Customer]
    silent: list[Customer]
    movers: list[Mover]
    treemap: Treemap
    trend: Trend
    as_of: datetime | None


@dataclass(frozen=True)
class _Asked:
    """Whose figures are asked for, and the query of the list that holds exactly their accounts."""

    scope: Scope
    teams: list[Placed]
    query: dict[str, str]
    days: int


def portfolio(
    principal: Principal,
    *,
    tree: TeamTree,
    team_id: UUID | None,
    days: int,
    now: datetime,
    owners: int = OWNERS_SHOWN,
    tiles: int | None = None,
) -> Portfolio:
    """The customers `principal` sees, of one team and those below it or (None) of all, and how they moved in `days`.

    Figures come from the rollup and cost the same however many accounts there are. Three queries, and one of each
    registered source of rhythm where the year of some accounts is not kept yet. `tiles`: how many of the most valuable
    (None: as many as the map draws).
    """
    asked = _asked(principal, tree, team_id, days)
    cells = read_cells(asked.scope, days=days, owners=owners, now=now)
    year = read_year(asked.scope, cells, now=now)
    first = foremost(asked.scope, cells, days=days, first=MOST_SHOWN, tiles=tiles or TILES, now=now)
    in_teams = [*cells.by_team, *kept_cells(year.kept)]
    listed = {cell["owner_id"]: cell["owner__name"] for cell in cells.by_owner}
    in_owners = [*cells.by_owner, *kept_cells(year.kept, listed)]
    whole = figures_of("", in_teams, asked.query, days=days)
    return Portfolio(
        whole=whole,
        owners=by_owner(in_owners, asked.query, days=days),
        rest_owners=cells.rest,
        rest=figures_of("", (cell for cell in in_owners if cell["owner_id"] == REST), {}, days=days).tally,
        teams=by_team(in_teams, tree, asked.teams, asked.query, days=days),
        worst=first.at_risk,
        silent=first.silent,
        movers=movers(first.moved),
        treemap=treemap(first.valued, whole.tally),
        trend=trend(year.months, whole.tally, until=reporting_day(now)),
        as_of=year.as_of,
    )


def chosen_team(text: str, offered: list[Placed]) -> UUID | None:
    """The team that a door names, None for all. Raises: BadInput for one that is not offered."""
    known = {str(node.id): node.id for _depth, node in offered}
    if text and text not in known:
        raise BadInput("unknown_team", _("There is no such team among yours."), field="team")
    return known.get(text)


def _asked(principal: Principal, tree: TeamTree, team_id: UUID | None, days: int) -> _Asked:
    query, teams = {"lifecycle": CUSTOMERS}, tree.offered(principal)
    if team_id is None:
        return _Asked(Scope(principal), teams, query, days)
    subtree = tree.subtree(team_id)
    below = [(depth, node) for depth, node in teams if node.id in subtree]
    return _Asked(Scope(principal, subtree), below, query | {"team": str(team_id)}, days)
