"""/api/v1/dashboard/portfolio: the leader's figures, from the selectors of the page."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import team_tree
from accounts.criteria import MOVE_DAYS, PERIODS
from accounts.enums import BANDS, Band
from accounts.portfolio import MOST_SHOWN, Portfolio, chosen_team, portfolio
from accounts.portfolio.figures import Figures, Tally
from accounts.rollup.foremost import Customer
from kam.api.views import ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput


class BandSerializer(serializers.Serializer[Any]):
    band = serializers.ChoiceField(choices=Band.choices)
    accounts = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="In the reporting currency.")


class TallySerializer(serializers.Serializer[Any]):
    """Customers counted; money is in the reporting currency, in other currencies it stands in `other_values`."""

    accounts = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=24, decimal_places=2)
    other_values = serializers.DictField(child=serializers.DecimalField(max_digits=24, decimal_places=2))
    mean_health = serializers.FloatField(allow_null=True, help_text="Of those whose health is known.")
    spread = serializers.FloatField(allow_null=True, help_text="Standard deviation of their health.")
    bands = BandSerializer(many=True)
    stale = serializers.IntegerField()
    moved_down = serializers.IntegerField(help_text="Whose health is lower than `period` days ago.")
    periods_kept = serializers.IntegerField(help_text="Cadence periods of 12 months that were kept, as of `as_of`.")
    periods = serializers.IntegerField()


class OwnerFiguresSerializer(TallySerializer):
    owner = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class TeamFiguresSerializer(TallySerializer):
    team = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class OtherOwnersSerializer(TallySerializer):
    owners = serializers.IntegerField()


class NamedAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = serializers.UUIDField(allow_null=True)
    health = serializers.IntegerField(allow_null=True)
    health_band = serializers.ChoiceField(choices=Band.choices)
    account_revenue = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    stale_at = serializers.DateTimeField(allow_null=True)


class PortfolioSerializer(serializers.Serializer[Any]):
    period = serializers.IntegerField()
    as_of = serializers.DateTimeField(
        allow_null=True, help_text="When regularity was counted; null: now. All else is of this moment."
    )
    whole = TallySerializer()
    owners = OwnerFiguresSerializer(many=True, help_text="The most valuable portfolios first.")
    other_owners = OtherOwnersSerializer(help_text="Those past the ones listed, together.")
    teams = TeamFiguresSerializer(many=True, help_text="Each with the teams below it.")
    worst = NamedAccountSerializer(many=True, help_text="Most revenue at risk first.")
    most_valuable = NamedAccountSerializer(many=True)
    stale = NamedAccountSerializer(many=True, help_text="The longest silence first.")


_KEPT_AS = {"id": "pk", "owner": "owner_id"}
NAMED = {name: _KEPT_AS.get(name, name) for name in map(str, NamedAccountSerializer().fields)}

PARAMETERS = [
    OpenApiParameter("team", {"type": "string", "format": "uuid"}, description="With those below it; default: all."),
    OpenApiParameter("period", {"type": "integer", "enum": list(PERIODS)}, description="Days; default: 30."),
]


class PortfolioViewSet(ScopedViewSet):
    """Figures over the customers that the caller sees."""

    policy = {"portfolio": "dashboard:read"}
    parameters = {"portfolio": frozenset(parameter.name for parameter in PARAMETERS)}
    serializer_class = PortfolioSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="dashboard_portfolio", responses=PortfolioSerializer, parameters=PARAMETERS)
    def portfolio(self, request: Request) -> Response:
        """Counts and values by band, owner and team, and the accounts that need somebody first."""
        asked, tree = request.query_params, team_tree(self.principal)
        team_id = chosen_team(asked.get("team", ""), tree.offered(self.principal))
        days = _period(asked.get("period", ""))
        found = portfolio(self.principal, tree=tree, team_id=team_id, days=days, now=clock.now(), tiles=MOST_SHOWN)
        return Response(_answer(found, days))


def _period(text: str) -> int:
    if text and text not in map(str, PERIODS):
        raise BadInput("unknown_period", f"period is one of {', '.join(map(str, PERIODS))}.", field="period")
    return int(text or MOVE_DAYS)


def _answer(found: Portfolio, days: int) -> dict[str, Any]:
    accounts = {"worst": found.worst, "most_valuable": found.treemap.accounts, "stale": found.silent}
    return {
        "period": days,
        "as_of": found.as_of,
        "whole": _tally(found.whole.tally),
        "owners": [_figures("owner", row) for row in found.owners],
        "other_owners": {"owners": found.rest_owners, **_tally(found.rest)},
        "teams": [_figures("team", row) for row in found.teams],
        **{which: [_named(one) for one in rows] for which, rows in accounts.items()},
    }


def _named(one: Customer) -> dict[str, Any]:
    return {name: getattr(one, kept) for name, kept in NAMED.items()}


def _figures(by: str, row: Figures) -> dict[str, Any]:
    return {by: row.key, "name": row.label.strip(), **_tally(row.tally)}


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "accounts": tally.count,
        "value": tally.value,
        "other_values": dict(tally.others_listed),
        "mean_health": tally.mean,
        "spread": tally.spread,
        "bands": [{"band": band, "accounts": tally.bands[band], "value": tally.band_values[band]} for band in BANDS],
        "stale": tally.stale,
        "moved_down": tally.down,
        "periods_kept": tally.kept,
        "periods": tally.periods,
    }
