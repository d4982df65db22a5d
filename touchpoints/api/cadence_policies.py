"""/api/v1/cadence-policies: how often tiers, segments and everybody else are to be touched."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Tier
from accounts.models import Segment
from kam.api.fields import VisibleIdField
from kam.api.filters import ListFilters
from kam.api.serializers import StrictSerializer
from kam.api.views import Row, Rows, ScopedViewSet
from kam.core.errors import BadInput
from kam.people.principal import Principal
from kam.people.rules import administrators_only
from touchpoints.enums import Purpose
from touchpoints.models import CadencePolicy
from touchpoints.policies import policies
from touchpoints.services.cadence_policies import MOST_DAYS, Interval, create_policy, edit_policy, remove_policy

INTERVAL = ("ideal_days", "maximum_days", "working_days")
WHOSE = ("purpose", "segment", "tier")


def segments(principal: Principal) -> QuerySet[Segment]:
    return Segment.objects.all()


class CadencePolicySerializer(StrictSerializer):
    """Of a segment, of a tier, or (with neither) of everybody else. Whose it is, is said once."""

    id = serializers.UUIDField(read_only=True)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    segment = VisibleIdField(visible=segments, source="segment_id", required=False, allow_null=True)
    tier = serializers.ChoiceField(choices=Tier.choices, required=False, allow_blank=True)
    ideal_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, help_text="A check-in is planned then.")
    maximum_days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, help_text="After a longer silence an account is stale."
    )
    working_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        min_length=1,
        max_length=7,
        help_text="ISO weekdays on which check-ins fall; Monday to Friday unless said otherwise.",
    )
    version = serializers.IntegerField(read_only=True)


class CadencePolicyFilter(ListFilters):
    purpose = filters.ChoiceFilter(choices=Purpose.choices)
    segment = filters.UUIDFilter(field_name="segment_id")
    tier = filters.ChoiceFilter(choices=Tier.choices)

    class Meta:
        model = CadencePolicy
        fields: ClassVar[list[str]] = []


class CadencePolicyViewSet(ScopedViewSet):
    """Cadence policies; administrators alone change them. The accounts concerned follow within a minute."""

    policy = {
        "list": "cadence-policies:read",
        "retrieve": "cadence-policies:read",
        "create": "cadence-policies:write",
        "partial_update": "cadence-policies:write",
        "destroy": "cadence-policies:write",
    }
    compared = frozenset({"destroy"})
    serializer_class = CadencePolicySerializer
    filterset_class = CadencePolicyFilter
    orderings = {"purpose": ("purpose", "tier", "id")}
    row_fields = ("id", "purpose", "segment_id", "tier", *INTERVAL, "version")

    def get_queryset(self) -> QuerySet[CadencePolicy]:
        return policies()

    def render_rows(self, rows: Rows) -> Rows:
        return [{name.removesuffix("_id"): row[name] for name in self.row_fields} for row in rows]

    @extend_schema(responses={201: CadencePolicySerializer})
    def create(self, request: Request) -> Response:
        fields = self.body()
        policy = create_policy(
            by=self.principal,
            purpose=fields["purpose"],
            tier=fields.get("tier", ""),
            segment=fields.get("segment_id"),
            interval=_interval(fields),
        )
        return self.answer(policy, status=201)

    def partial_update(self, request: Request, id: UUID) -> Response:
        administrators_only(self.principal)  # before the row is looked for: who may not is told so first
        policy, changes = self.get_object(), self.body(partial=True)
        if given := [name for name in WHOSE if name in request.data]:
            raise BadInput("given_once", "Make another policy instead.", field=given[0])
        known = {name: getattr(policy, name) for name in INTERVAL}
        version = self.expected_version()
        return self.answer(
            edit_policy(by=self.principal, policy=policy, interval=_interval(known | changes), version=version)
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:
        administrators_only(self.principal)
        remove_policy(by=self.principal, policy=self.get_object(), version=self.sent_version())
        return Response(status=204)


def _interval(fields: Row) -> Interval:
    return Interval(**{name: fields[name] for name in INTERVAL if name in fields})
