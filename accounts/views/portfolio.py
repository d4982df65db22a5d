"""The portfolio: one's own accounts for a manager, the teams' for a leader."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.choices import indented, team_tree
from accounts.criteria import MOVE_DAYS, PERIODS
from accounts.portfolio import ALL_OWNERS, chosen_team, portfolio
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.policy import Who, policy

OWNERS_SHOWN = 20  # until all are asked for


@policy(GET=Who.SIGNED_IN)
def portfolio_page(request: HttpRequest) -> HttpResponse:
    """Figures of the team and period chosen in the address (none: everything this person sees, 30 days)."""
    owners = _owners(request.GET.get("owners", ""))
    return render(request, "accounts/portfolio.html", chosen_portfolio(request, clock.now(), owners=owners))


def chosen_portfolio(request: HttpRequest, now: datetime, *, owners: int) -> dict[str, Any]:
    """What the page shows. Raises BadInput for a team or period that is not offered."""
    principal = request.principal  # type: ignore[attr-defined]
    tree = team_tree(principal)
    offered = tree.offered(principal)
    team_id = chosen_team(request.GET.get("team", ""), offered)
    days = _period(request.GET.get("period", ""))
    return {
        "now": now,
        "teams": indented(offered),
        "team": str(team_id or ""),
        "periods": PERIODS,
        "days": days,
        "currency": settings.REPORTING_CURRENCY,
        "portfolio": portfolio(principal, tree=tree, team_id=team_id, days=days, now=now, owners=owners),
    }


def _owners(value: str) -> int:
    if value not in ("", "all"):
        raise BadInput("unknown_owners", _("owners may only be “all”."), field="owners")
    return ALL_OWNERS if value else OWNERS_SHOWN


def _period(value: str) -> int:
    if value and value not in map(str, PERIODS):
        raise BadInput("unknown_period", _("There is no such period: choose one that is offered."), field="period")
    return int(value or MOVE_DAYS)
