"""/api/v1/accounts/stale: who was silent for too long, now or on any past date."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from kam.api.pagination import DEFAULT_LIMIT, page_limit
from kam.api.parameters import flag, whole_number
from kam.api.views import ScopedViewSet
from kam.core import clock
from kam.core.pagination import MAX_LIMIT
from touchpoints.enums import Purpose
from touchpoints.stale import MAX_DAYS, parse_as_of, stale_report


class StaleAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    last_touch_at = serializers.DateTimeField(allow_null=True, help_text="Last counted contact up to as_of.")
    days_since = serializers.IntegerField(allow_null=True, help_text="Whole days of silence; null: nothing is known.")


class StaleReportSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    max_days = serializers.IntegerField(allow_null=True, help_text="null: each account's own cadence decided.")
    count = serializers.IntegerField(help_text="Of all pages.")
    next = serializers.URLField(allow_null=True)
    results = StaleAccountSerializer(many=True)


PARAMETERS = [
    OpenApiParameter("as_of", str, description="2026-09-30 (00:00 UTC) or 2026-09-30T12:00:00Z; default: now."),
    OpenApiParameter("max_days", {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}, description="One for all."),
    OpenApiParameter("purpose", str, enum=Purpose.values, default=Purpose.OPERATIONAL.value),
    OpenApiParameter("include_never", bool, description="Also accounts of which nothing is known."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
    OpenApiParameter("cursor", str, description="Taken from `next`, opaque."),
]


class StaleViewSet(ScopedViewSet):
    """Accounts that the caller sees whose silence was longer than their maximum, the longest first."""

    policy = {"stale": "accounts:read"}
    parameters = {"stale": frozenset(parameter.name for parameter in PARAMETERS)}
    serializer_class = StaleReportSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="accounts_stale", responses=StaleReportSerializer, parameters=PARAMETERS)
    def stale(self, request: Request) -> Response:
        """Strictly longer than `max_days`, or than each account's own cadence allows."""
        now, asked = clock.now(), request.query_params
        report = stale_report(
            self.principal,
            as_of=parse_as_of(asked.get("as_of", ""), now=now),
            now=now,
            max_days=whole_number(asked, "max_days", low=0, high=MAX_DAYS),
            purpose=asked.get("purpose", Purpose.OPERATIONAL),
            include_never=flag(asked, "include_never"),
            limit=page_limit(request),
            cursor=asked.get("cursor"),
        )
        following = report.next and replace_query_param(request.build_absolute_uri(), "cursor", report.next)
        return Response(report.as_dict(next_url=following))
