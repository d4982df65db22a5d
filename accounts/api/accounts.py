"""/api/v1/accounts: list, read, create, edit, health and timeline."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.api.fields import ExternalRefSerializer, in_bounds
from accounts.api.filters import AccountFilter
from accounts.api.health import HealthSerializer, health_answer
from accounts.api.segments import SegmentViewSet
from accounts.enums import Band, Lifecycle, Tier
from accounts.health.explain import explain_current
from accounts.models import Account, Segment
from accounts.models.tags import MOST_NAME
from accounts.selectors import assignable_owners, assignable_teams
from accounts.services.accounts import create_account, edit_account
from accounts.services.tags import MOST_TAGS, change_tags, set_tags
from accounts.tags import tag_names, tags_among
from accounts.timeline import PER_PAGE, parse_cursor, timeline_facts
from kam.api.expanding import Expansion
from kam.api.fields import VisibleIdField, optional_text
from kam.api.pagination import page_limit
from kam.api.resources import TeamViewSet, UserViewSet
from kam.api.serializers import StrictSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput
from kam.people.principal import Principal


def segments(principal: Any) -> QuerySet[Segment]:
    return Segment.objects.all()


def money(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True, help_text=help_text
    )


class AccountSerializer(StrictSerializer):
    """An account; `health`, `last_touch_at` and `stale_at` follow from its touchpoints and cannot be written."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=200)
    owner = VisibleIdField(visible=assignable_owners, required=False, allow_null=True, source="owner_id")
    team = VisibleIdField(visible=assignable_teams, required=False, allow_null=True, source="team_id")
    parent = VisibleIdField(visible=selectors.accounts, required=False, allow_null=True, source="parent_id")
    segment = VisibleIdField(visible=segments, required=False, allow_null=True, source="segment_id")
    tier = serializers.ChoiceField(choices=Tier.choices, required=False, allow_blank=True)
    lifecycle = serializers.ChoiceField(choices=Lifecycle.choices, required=False)
    customer_since = serializers.DateField(required=False, allow_null=True, validators=[in_bounds])
    silence_from_on = serializers.DateField(
        required=False,
        allow_null=True,
        validators=[in_bounds],
        help_text="Until the first contact, silence counts from the later of this day and customer_since.",
    )
    renewal_on = serializers.DateField(required=False, allow_null=True, validators=[in_bounds])
    industry = optional_text(100)
    country = optional_text(100)
    website = optional_text(200)
    employees = serializers.IntegerField(min_value=0, max_value=2_147_483_647, required=False, allow_null=True)
    company_revenue = money("Theirs, per year.")
    account_revenue = money("Ours with them, over the trailing 12 months.")
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="ISO 4217.")
    acquired_via = optional_text(100)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=MOST_NAME),
        max_length=MOST_TAGS,
        required=False,
        help_text="Names. These and no others: read them before you add one. They do not raise the version.",
    )
    health = serializers.IntegerField(read_only=True, allow_null=True, min_value=0, max_value=100)
    health_band = serializers.ChoiceField(read_only=True, choices=Band.choices)
    last_touch_at = serializers.DateTimeField(read_only=True, allow_null=True)
    stale_at = serializers.DateTimeField(read_only=True, allow_null=True)
    is_stale = serializers.SerializerMethodField()
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)
    external_ref = ExternalRefSerializer(required=False, write_only=True)

    def get_is_stale(self, account: Account) -> bool:
        return account.stale_at is not None and account.stale_at < clock.now()


RELATIONS = ("owner", "team", "parent", "segment")
COMPUTED = ("is_stale", "external_ref", "tags")


class TimelineEntrySerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]


class TimelineSerializer(serializers.Serializer[Any]):
    results = TimelineEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Send it as `before` to read on.")


class AccountViewSet(ScopedViewSet):
    """Customer accounts. A caller sees those it owns, is on the team of, or leads."""

    policy = {
        "list": "accounts:read",
        "retrieve": "accounts:read",
        "create": "accounts:write",
        "partial_update": "accounts:write",
        "health": "health:read",
        "timeline": "touchpoints:read",
    }
    parameters = {"timeline": frozenset({"before", "limit"})}
    serializer_class = AccountSerializer
    filterset_class = AccountFilter
    orderings = {
        "name": ("name_sort", "id"),
        "-name": ("-name_sort", "-id"),
        "health": ("health", "id"),
        "-health": ("-health", "id"),
        "stale_at": ("stale_at", "id"),
        "-stale_at": ("-stale_at", "id"),
        "last_touch_at": ("last_touch_at", "id"),
        "-last_touch_at": ("-last_touch_at", "id"),
        "account_revenue": ("account_revenue", "id"),
        "-account_revenue": ("-account_revenue", "id"),
        "changed_at": ("changed_at", "id"),
    }
    expansions = {
        "owner": Expansion(UserViewSet),
        "team": Expansion(TeamViewSet),
        "segment": Expansion(SegmentViewSet),
    }
    row_fields = tuple(
        f"{name}_id" if name in RELATIONS else str(name) for name in AccountSerializer().fields if name not in COMPUTED
    )

    def get_queryset(self) -> QuerySet[Account]:
        return Account.objects.visible_to(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        now = clock.now()
        names = {f"{name}_id": name for name in RELATIONS}
        parents = selectors.visible_among(self.principal, (row["parent_id"] for row in rows))
        tags = tags_among(self.principal, [row["id"] for row in rows])
        return [
            {
                **{names.get(name, name): row[name] for name in self.row_fields},
                "parent": row["parent_id"] if row["parent_id"] in parents else None,
                "tags": tags.get(row["id"], []),
                "is_stale": row["stale_at"] is not None and row["stale_at"] < now,
            }
            for row in rows
        ]

    def answer(self, obj: Any, *, status: int = 200, **extra: Any) -> Response:
        """The parent is named only to those who see it."""
        obj.tags = tag_names(self.principal, obj)
        hidden = {"parent": None} if selectors.hides_parent(self.principal, obj) else {}
        return super().answer(obj, status=status, **hidden, **extra)

    def create(self, request: Request) -> Response:
        fields = written(self.body())
        ref = fields.pop("external_ref", None)
        account = self.create_tagged(fields, external_ref=(ref["source"], ref["external_id"]) if ref else None)
        return self.answer(account, status=201)

    def partial_update(self, request: Request, id: UUID) -> Response:
        account, version = self.get_object(), self.expected_version()
        fields = written(self.body(partial=True))
        if "external_ref" in fields:
            raise BadInput("read_only", "An external id is given when the account is created.", field="external_ref")
        return self.answer(self.edit_tagged(account, fields, version=version))

    @transaction.atomic
    def create_tagged(self, fields: dict[str, Any], *, external_ref: tuple[str, str] | None) -> Account:
        tags, now = fields.pop("tags", ()), clock.now()
        account = create_account(by=self.principal, now=now, external_ref=external_ref, **fields)
        if tags:
            change_tags(by=self.principal, account=account, added=tags, removed=(), now=now)
        return account

    @transaction.atomic
    def edit_tagged(self, account: Account, fields: dict[str, Any], *, version: int | None = None) -> Account:
        """The tags first: an edit may end sight of the account."""
        now = clock.now()
        if (tags := fields.pop("tags", None)) is not None:
            set_tags(by=self.principal, account=account, names=tags, now=now)
        changes = changes_to(account, fields, by=self.principal)
        return edit_account(by=self.principal, now=now, account=account, changes=changes, version=version)

    @extend_schema(responses=HealthSerializer)
    @action(detail=True, pagination_class=None, filter_backends=())
    def health(self, request: Request, id: UUID) -> Response:
        """The score, the signals it is made of and, with the scope touchpoints:read, the records behind each."""
        explained = explain_current(self.get_object(), now=clock.now())
        return Response(health_answer(explained, with_records=self.principal.may("touchpoints:read")))

    @extend_schema(
        responses=TimelineSerializer,
        parameters=[
            OpenApiParameter("before", str, description="`next` of the page before."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": PER_PAGE}),
        ],
    )
    @action(detail=True, pagination_class=None, filter_backends=())
    def timeline(self, request: Request, id: UUID) -> Response:
        """What happened with the account, newest first."""
        before = request.query_params.get("before")
        facts, older = timeline_facts(
            self.principal,
            self.get_object(),
            before=parse_cursor(before) if before else None,
            limit=page_limit(request, PER_PAGE),
        )
        return Response({"results": [vars(fact) for fact in facts], "next": older})


def written(body: dict[str, Any]) -> dict[str, Any]:
    """The validated body with relations under the names that services use."""
    return {name.removesuffix("_id") if name.removesuffix("_id") in RELATIONS else name: v for name, v in body.items()}


def changes_to(account: Account, fields: dict[str, Any], *, by: Principal) -> dict[str, Any]:
    """The fields without an empty parent that `by` only read as empty: sent back, it ends nothing."""
    if fields.get("parent", ...) is None and selectors.hides_parent(by, account):
        return {name: value for name, value in fields.items() if name != "parent"}
    return fields
