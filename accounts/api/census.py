"""/api/v1/accounts/census: how many customers there were, and what made the number move."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.census import census, parse_day
from accounts.days import reporting_day
from kam.api.views import ScopedViewSet
from kam.core import clock


class CensusSerializer(serializers.Serializer[Any]):
    """opening + won + regained − lost − merged = closing."""

    on = serializers.DateField()
    total = serializers.IntegerField(help_text="Customers at the end of that day; the same as closing.")
    opening = serializers.IntegerField(help_text="Customers before `from`; 0 without it.")
    won = serializers.IntegerField()
    regained = serializers.IntegerField()
    lost = serializers.IntegerField()
    merged = serializers.IntegerField()
    closing = serializers.IntegerField()


PARAMETERS = [
    OpenApiParameter("on", {"type": "string", "format": "date"}, description="In the reporting zone; default: today."),
    OpenApiParameter("from", {"type": "string", "format": "date"}, description="First day; default: the very first."),
]


class CensusViewSet(ScopedViewSet):
    """The census of the accounts that the caller sees."""

    policy = {"census": "accounts:read"}
    parameters = {"census": frozenset(parameter.name for parameter in PARAMETERS)}
    serializer_class = CensusSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="accounts_census", responses=CensusSerializer, parameters=PARAMETERS)
    def census(self, request: Request) -> Response:
        """Customers on a date, and who was won, regained, lost and merged since another; both days count."""
        asked = request.query_params
        on = parse_day(asked["on"], field="on") if "on" in asked else reporting_day(clock.now())
        since = parse_day(asked["from"], field="from") if "from" in asked else None
        return Response(census(self.principal, on=on, since=since).as_dict())
