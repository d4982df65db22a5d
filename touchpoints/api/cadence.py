"""/api/v1/check-ins, /api/v1/stale-flags: what is planned and what was missed."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.accounts import AccountViewSet
from kam.api.expanding import Expansion
from kam.api.fields import VisibleIdField
from kam.api.filters import DayFilter, ListFilters, MomentFilter
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.people.selectors import colleagues_of
from touchpoints.enums import CheckInSource, CheckInStatus, Escalation, Purpose
from touchpoints.models import CheckIn, StaleFlag
from touchpoints.services.check_ins import hand_over_check_in, reschedule_check_in, skip_check_in

# Column → what it is called in the answer.
RENAMED = {
    "account_id": "account",
    "closed_by_id": "closed_by",
    "fulfilled_by_id": "fulfilled_by",
    "assigned_to_id": "assigned_to",
}
RENAMED_FLAG = {"account_id": "account", "closed_by_touchpoint_id": "closed_by_touchpoint"}


class CheckInSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.UUIDField(source="account_id")
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    source = serializers.ChoiceField(choices=CheckInSource.choices)
    source_id = serializers.CharField()
    period_on = serializers.DateField(help_text="Local date of the contact it counts from.")
    due_on = serializers.DateField()
    status = serializers.ChoiceField(choices=CheckInStatus.choices)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.UUIDField(source="closed_by_id", allow_null=True)
    fulfilled_by = serializers.UUIDField(
        source="fulfilled_by_id", allow_null=True, help_text="The touchpoint that closed it."
    )
    changed_at = serializers.DateTimeField()
    assigned_to = serializers.UUIDField(source="assigned_to_id", allow_null=True, help_text="null: the owner.")
    rescheduled_on = serializers.DateField(allow_null=True, help_text="The day chosen instead of the cadence's.")
    reschedule_reason = serializers.CharField()
    skip_reason = serializers.CharField()


class RescheduleSerializer(StrictSerializer):
    """The day chosen for a check-in, and why."""

    due_on = serializers.DateField(allow_null=True, help_text="null: as its cadence says.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class SkipSerializer(StrictSerializer):
    """Why a check-in is left out."""

    reason = serializers.CharField(max_length=300)


class HandOverSerializer(StrictSerializer):
    """Who is asked to do a check-in."""

    to = VisibleIdField(visible=colleagues_of, help_text="A colleague who sees the account.")


class StaleFlagSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.UUIDField(source="account_id")
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    escalation = serializers.ChoiceField(
        choices=Escalation.choices, help_text="0: the owner, 1: also the leader, 2: also the next leader up the tree."
    )
    escalated_at = serializers.DateTimeField(allow_null=True)
    anchor_at = serializers.DateTimeField(help_text="What the silence counts from.")
    stale_at = serializers.DateTimeField(help_text="When it became too long.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by_touchpoint = serializers.UUIDField(source="closed_by_touchpoint_id", allow_null=True)
    changed_at = serializers.DateTimeField()


class CheckInFilter(ListFilters):
    account = filters.UUIDFilter(field_name="account_id")
    owner = filters.UUIDFilter(field_name="account__owner_id")
    assigned_to = filters.UUIDFilter(field_name="assigned_to_id")
    purpose = filters.ChoiceFilter(choices=Purpose.choices)
    status = filters.ChoiceFilter(choices=CheckInStatus.choices)
    due_from = DayFilter(field_name="due_on", lookup_expr="gte")
    due_to = DayFilter(field_name="due_on", lookup_expr="lte")
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = CheckIn
        fields: ClassVar[list[str]] = []


class StaleFlagFilter(ListFilters):
    account = filters.UUIDFilter(field_name="account_id")
    owner = filters.UUIDFilter(field_name="account__owner_id")
    purpose = filters.ChoiceFilter(choices=Purpose.choices)
    escalation = filters.ChoiceFilter(choices=Escalation.choices)
    open = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="by_open")
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = StaleFlag
        fields: ClassVar[list[str]] = []

    def by_open(self, flags: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return flags.filter(closed_at__isnull=value == "true")


class CheckInViewSet(ScopedViewSet):
    """Planned proactive touchpoints; they follow from cadence and touchpoints, and from what people decide."""

    policy = {
        "list": "check-ins:read",
        "retrieve": "check-ins:read",
        "reschedule": "check-ins:write",
        "skip": "check-ins:write",
        "hand_over": "check-ins:write",
    }
    serializer_class = CheckInSerializer
    filterset_class = CheckInFilter
    expansions = {"account": Expansion(AccountViewSet)}
    orderings = {"due_on": ("due_on", "id"), "-due_on": ("-due_on", "-id"), "changed_at": ("changed_at", "id")}
    row_fields = (
        "id", "account_id", "purpose", "source", "source_id", "period_on", "due_on", "status", "closed_at",
        "closed_by_id", "fulfilled_by_id", "assigned_to_id", "rescheduled_on", "reschedule_reason", "skip_reason",
        "changed_at",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[CheckIn]:
        return CheckIn.objects.visible_to(self.principal)

    @extend_schema(request=RescheduleSerializer, responses=CheckInSerializer)
    @action(detail=True, methods=["post"], serializer_class=RescheduleSerializer)
    def reschedule(self, request: Request, id: UUID) -> Response:
        """Another day for an open check-in; it holds until the next counted contact."""
        return self._decide(reschedule_check_in)

    @extend_schema(request=SkipSerializer, responses=CheckInSerializer)
    @action(detail=True, methods=["post"], serializer_class=SkipSerializer)
    def skip(self, request: Request, id: UUID) -> Response:
        """Leave an open check-in out; the next comes with the next counted contact."""
        return self._decide(skip_check_in)

    @extend_schema(request=HandOverSerializer, responses=CheckInSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over", serializer_class=HandOverSerializer)
    def hand_over(self, request: Request, id: UUID) -> Response:
        """Ask a colleague who sees the account to do it."""
        return self._decide(hand_over_check_in)

    def _decide(self, decide: Callable[..., CheckIn]) -> Response:
        check_in = self.get_object()
        decide(by=self.principal, now=clock.now(), check_in=check_in, **self.body())
        return Response(CheckInSerializer(self.get_object()).data)  # read again: the database says when it changed

    def render_rows(self, rows: Rows) -> Rows:
        return [{RENAMED.get(name, name): row[name] for name in self.row_fields} for row in rows]


class StaleFlagViewSet(ScopedViewSet):
    """Silence beyond the maximum; a flag closes by itself with the next counted touchpoint."""

    policy = {"list": "stale-flags:read", "retrieve": "stale-flags:read"}
    serializer_class = StaleFlagSerializer
    filterset_class = StaleFlagFilter
    expansions = {"account": Expansion(AccountViewSet)}
    orderings = {
        "-opened_at": ("-opened_at", "-id"),
        "opened_at": ("opened_at", "id"),
        "changed_at": ("changed_at", "id"),
    }
    row_fields = (
        "id", "account_id", "purpose", "escalation", "escalated_at", "anchor_at", "stale_at", "opened_at", "closed_at",
        "closed_by_touchpoint_id", "changed_at",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[StaleFlag]:
        return StaleFlag.objects.visible_to(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        return [{RENAMED_FLAG.get(name, name): row[name] for name in self.row_fields} for row in rows]
