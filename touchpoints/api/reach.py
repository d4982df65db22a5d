"""/api/v1/reach: how many a campaign reached, without a person and of no account."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import in_bounds
from kam.api.expanding import Expansion
from kam.api.fields import optional_text
from kam.api.filters import DayFilter, ListFilters
from kam.api.resources import UserViewSet
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput
from touchpoints.api.catalogue import ChannelViewSet, TouchpointTypeViewSet
from touchpoints.models import Channel, Reach, TouchpointType
from touchpoints.reach import all_reach, get_reach
from touchpoints.services.reach import MOST_COUNT, edit_reach, record_reach, remove_reach

RENAMED = {"type__key": "type", "channel__key": "channel", "created_by_id": "created_by"}
OWN_COLUMNS = (
    "id", "campaign", "occurred_on", "count", "notes", "source", "external_id", "version", "created_at", "changed_at",
)  # fmt: skip


class ReachSerializer(StrictSerializer):
    """How many were reached on a day, by advertising or a site. `source` and `external_id` are given once."""

    id = serializers.UUIDField(read_only=True)
    type = serializers.SlugRelatedField(slug_field="key", queryset=TouchpointType.objects.all())
    channel = serializers.SlugRelatedField(slug_field="key", queryset=Channel.objects.all())
    campaign = serializers.CharField(max_length=200, required=False, allow_blank=True)
    occurred_on = serializers.DateField(validators=[in_bounds])
    count = serializers.IntegerField(min_value=1, max_value=MOST_COUNT, help_text="How many were reached.")
    notes = optional_text(2000)
    source = serializers.CharField(max_length=50, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    version = serializers.IntegerField(read_only=True)
    created_by = serializers.UUIDField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)


class ReachAnswer(ReachSerializer):
    """Reach as it is answered; `created` only after POST."""

    created = serializers.BooleanField(required=False)  # the document calls what is read only always there


class ReachFilter(ListFilters):
    campaign = filters.CharFilter(field_name="campaign", max_length=200)
    type = filters.CharFilter(field_name="type__key", max_length=40)
    on_from = DayFilter(field_name="occurred_on", lookup_expr="gte", help_text="The first day.")
    on_to = DayFilter(field_name="occurred_on", lookup_expr="lte", help_text="The last day; it belongs to the period.")

    class Meta:
        model = Reach
        fields: ClassVar[list[str]] = []


class ReachViewSet(ScopedViewSet):
    """Reach without a person. It is no customer's: whoever has the scope reads all of it."""

    policy = {
        "list": "touchpoints:read",
        "retrieve": "touchpoints:read",
        "create": "touchpoints:write",
        "partial_update": "touchpoints:write",
        "destroy": "touchpoints:write",
    }
    compared = frozenset({"destroy"})
    serializer_class = ReachSerializer
    answer_class = ReachAnswer
    filterset_class = ReachFilter
    expansions = {
        "type": Expansion(TouchpointTypeViewSet, key="key"),
        "channel": Expansion(ChannelViewSet, key="key"),
        "created_by": Expansion(UserViewSet),
    }
    orderings = {"-occurred_on": ("-occurred_on", "-id"), "occurred_on": ("occurred_on", "id")}
    row_fields = (*RENAMED, *OWN_COLUMNS)

    def get_queryset(self) -> QuerySet[Reach]:
        return all_reach()

    def retrieve(self, request: Request, id: UUID) -> Response:
        return self.read(get_reach(id))

    def known_fields(self) -> set[str]:
        return super().known_fields() - {"created"}  # only writing answers it

    def render_rows(self, rows: Rows) -> Rows:
        return [{RENAMED.get(name, name): row[name] for name in self.row_fields} for row in rows]

    @extend_schema(request=ReachSerializer, responses={201: ReachAnswer, 200: ReachAnswer})
    def create(self, request: Request) -> Response:
        """201 with `created` true; 200 and false where this source and external id were recorded before."""
        recorded = record_reach(by=self.principal, now=clock.now(), **self.body())
        return self.read(recorded.reach, status=201 if recorded.created else 200, created=recorded.created)

    @extend_schema(request=ReachSerializer, responses=ReachAnswer)
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Correct it; totals follow."""
        reach, version, changes = get_reach(id), self.expected_version(), self.body(partial=True)
        if given := [name for name in ("source", "external_id") if name in changes]:
            raise BadInput("read_only", "This is given when it is recorded.", field=given[0])
        return self.read(
            edit_reach(by=self.principal, now=clock.now(), reach=reach, changes=changes, expected_version=version)
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:
        """By whoever recorded it, leaders and administrators."""
        remove_reach(by=self.principal, reach=get_reach(id), expected_version=self.sent_version())
        return Response(status=204)

    def read(self, reach: Reach, *, status: int = 200, **extra: Any) -> Response:
        names = {"type__key": reach.type.key, "channel__key": reach.channel.key}
        row = {name: names[name] if name in names else getattr(reach, name) for name in self.row_fields}
        return Response(self.render_rows([row])[0] | extra, status=status, headers={"ETag": f'"{reach.version}"'})
