"""/api/v1/touchpoints: log, list, read, delete."""

from collections import defaultdict
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as account_selectors
from accounts.api.fields import ExternalRefSerializer, in_bounds
from accounts.models import Account
from kam.api.fields import InstantField, VisibleIdField, VisibleIdsField, optional_text
from kam.api.filters import MomentFilter
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput
from kam.people.selectors import staff
from touchpoints.enums import Direction, Expectation, Initiative, TouchpointStatus
from touchpoints.models import Channel, Touchpoint, TouchpointContact, TouchpointStaff, TouchpointType
from touchpoints.services.touchpoints import log_touchpoint, remove_touchpoint


def colleagues(principal: Any) -> QuerySet[Any]:
    return staff()


def sentiment(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=-2, max_value=2, required=False, allow_null=True, **kwargs)


class TouchpointSerializer(StrictSerializer):
    """An interaction that took place. Name the account by `account` or by `account_ref`."""

    id = serializers.UUIDField(read_only=True)
    account = VisibleIdField(visible=account_selectors.accounts, source="account_id", required=False)
    account_ref = ExternalRefSerializer(required=False, write_only=True)
    type = serializers.SlugRelatedField(slug_field="key", queryset=TouchpointType.objects.all())
    channel = serializers.SlugRelatedField(slug_field="key", queryset=Channel.objects.all())
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    initiative = serializers.ChoiceField(choices=Initiative.choices, required=False)
    status = serializers.ChoiceField(choices=TouchpointStatus.choices, read_only=True)
    occurred_at = InstantField(validators=[in_bounds])
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)
    subject = optional_text(300)
    notes = optional_text(20_000)
    sentiment_start = sentiment(help_text="How it started, −2…+2.")
    sentiment_end = sentiment(help_text="How it ended, −2…+2.")
    expectation = serializers.ChoiceField(choices=Expectation.choices, required=False, allow_blank=True)
    next_step = optional_text(300)
    episode = optional_text(100)
    source = serializers.CharField(max_length=50, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    contacts = VisibleIdsField(visible=account_selectors.contacts, required=False, write_only=True)
    staff = VisibleIdsField(visible=colleagues, required=False, write_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)


class TouchpointAnswer(TouchpointSerializer):
    """A touchpoint as it is answered; `created` only after POST."""

    contacts = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    staff = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    created = serializers.BooleanField(read_only=True, required=False)


class TouchpointFilter(filters.FilterSet):
    account = filters.UUIDFilter(field_name="account_id")
    type = filters.CharFilter(field_name="type__key", max_length=40)
    channel = filters.CharFilter(field_name="channel__key", max_length=40)
    direction = filters.ChoiceFilter(choices=Direction.choices)
    occurred_from = MomentFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_to = MomentFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = Touchpoint
        fields: ClassVar[list[str]] = []


RENAMED = {"account_id": "account", "type__key": "type", "channel__key": "channel"}
OWN_COLUMNS = (
    "id", "direction", "initiative", "status", "occurred_at", "duration_minutes", "subject", "notes",
    "sentiment_start", "sentiment_end", "expectation", "next_step", "episode", "source", "external_id",
    "version", "created_at", "changed_at",
)  # fmt: skip


class TouchpointViewSet(ScopedViewSet):
    """Touchpoints of the accounts that the caller sees."""

    policy = {
        "list": "touchpoints:read",
        "retrieve": "touchpoints:read",
        "create": "touchpoints:write",
        "destroy": "touchpoints:write",
    }
    serializer_class = TouchpointSerializer
    filterset_class = TouchpointFilter
    orderings = {
        "-occurred_at": ("-occurred_at", "-id"),
        "occurred_at": ("occurred_at", "id"),
        "changed_at": ("changed_at", "id"),
    }
    row_fields = (*RENAMED, *OWN_COLUMNS)

    def get_queryset(self) -> QuerySet[Touchpoint]:
        return Touchpoint.objects.visible_to(self.principal)

    @extend_schema(responses=TouchpointAnswer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=TouchpointAnswer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_queryset().filter(pk=self.get_object().pk).values(*self.row_fields).get()
        return self._one(row)

    def render_rows(self, rows: Rows) -> Rows:
        ids = [row["id"] for row in rows]
        contacts = _linked(TouchpointContact.objects.visible_to(self.principal), ids, "contact_id")
        people = _linked(TouchpointStaff.objects.visible_to(self.principal), ids, "user_id")
        return [
            {
                **{RENAMED.get(name, name): row[name] for name in self.row_fields},
                "contacts": contacts[row["id"]],
                "staff": people[row["id"]],
            }
            for row in rows
        ]

    @extend_schema(request=TouchpointSerializer, responses={201: TouchpointAnswer, 200: TouchpointAnswer})
    def create(self, request: Request) -> Response:
        """201 with `created` true; 200 and false where this source and external id were logged before."""
        fields = self.body()
        account = self._account(fields)
        logged = log_touchpoint(by=self.principal, now=clock.now(), account=account, **fields)
        row = self.get_queryset().filter(pk=logged.touchpoint.pk).values(*self.row_fields).get()
        return self._one(row, status=201 if logged.created else 200, created=logged.created)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:
        remove_touchpoint(by=self.principal, now=clock.now(), touchpoint=self.get_object())
        return Response(status=204)

    def _account(self, fields: dict[str, Any]) -> Account:
        account, ref = fields.pop("account_id", None), fields.pop("account_ref", None)
        if (account is None) == (ref is None):
            raise BadInput("account_missing", "Name the account either by account or by account_ref.", field="account")
        found = account or account_selectors.account_by_external_id(self.principal, **ref)
        if found is None:
            raise BadInput("does_not_exist", "does not exist", field="account_ref")
        return found

    def _one(self, row: dict[str, Any], *, status: int = 200, **extra: Any) -> Response:
        body = {**self.render_rows([row])[0], **extra}
        return Response(body, status=status, headers={"ETag": f'"{row["version"]}"'})


def _linked(links: QuerySet[Any], touchpoint_ids: list[UUID], column: str) -> dict[UUID, list[UUID]]:
    """touchpoint id → ids of its people; one query per page."""
    people: dict[UUID, list[UUID]] = defaultdict(list)
    rows = links.filter(touchpoint_id__in=touchpoint_ids).order_by("id").values_list("touchpoint_id", column)
    for touchpoint_id, person_id in rows:
        people[touchpoint_id].append(person_id)
    return people
