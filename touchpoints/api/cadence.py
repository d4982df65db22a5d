"""/api/v1/check-ins, /api/v1/stale-flags: what is planned and what was missed."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from kam.api.filters import DayFilter
from kam.api.views import Rows, ScopedViewSet
from touchpoints.enums import CheckInSource, CheckInStatus, Purpose
from touchpoints.models import CheckIn, StaleFlag

# Column → what it is called in the answer.
RENAMED = {"account_id": "account", "closed_by_id": "closed_by", "fulfilled_by_id": "fulfilled_by"}
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


class StaleFlagSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.UUIDField(source="account_id")
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    anchor_at = serializers.DateTimeField(help_text="What the silence counts from.")
    stale_at = serializers.DateTimeField(help_text="When it became too long.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by_touchpoint = serializers.UUIDField(source="closed_by_touchpoint_id", allow_null=True)


class CheckInFilter(filters.FilterSet):
    account = filters.UUIDFilter(field_name="account_id")
    owner = filters.UUIDFilter(field_name="account__owner_id")
    status = filters.ChoiceFilter(choices=CheckInStatus.choices)
    due_from = DayFilter(field_name="due_on", lookup_expr="gte")
    due_to = DayFilter(field_name="due_on", lookup_expr="lte")

    class Meta:
        model = CheckIn
        fields: ClassVar[list[str]] = []


class StaleFlagFilter(filters.FilterSet):
    account = filters.UUIDFilter(field_name="account_id")
    owner = filters.UUIDFilter(field_name="account__owner_id")
    open = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="by_open")

    class Meta:
        model = StaleFlag
        fields: ClassVar[list[str]] = []

    def by_open(self, flags: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return flags.filter(closed_at__isnull=value == "true")


class CheckInViewSet(ScopedViewSet):
    """Planned proactive touchpoints; they follow from cadence and touchpoints."""

    policy = {"list": "check-ins:read", "retrieve": "check-ins:read"}
    serializer_class = CheckInSerializer
    filterset_class = CheckInFilter
    orderings = {"due_on": ("due_on", "id"), "-due_on": ("-due_on", "-id")}
    row_fields = (
        "id", "account_id", "purpose", "source", "source_id", "period_on", "due_on", "status", "closed_at",
        "closed_by_id", "fulfilled_by_id",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[CheckIn]:
        return CheckIn.objects.visible_to(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        return [{RENAMED.get(name, name): row[name] for name in self.row_fields} for row in rows]


class StaleFlagViewSet(ScopedViewSet):
    """Silence beyond the maximum; a flag closes by itself with the next counted touchpoint."""

    policy = {"list": "stale-flags:read", "retrieve": "stale-flags:read"}
    serializer_class = StaleFlagSerializer
    filterset_class = StaleFlagFilter
    orderings = {"-opened_at": ("-opened_at", "-id"), "opened_at": ("opened_at", "id")}
    row_fields = (
        "id", "account_id", "purpose", "anchor_at", "stale_at", "opened_at", "closed_at", "closed_by_touchpoint_id",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[StaleFlag]:
        return StaleFlag.objects.visible_to(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        return [{RENAMED_FLAG.get(name, name): row[name] for name in self.row_fields} for row in rows]
