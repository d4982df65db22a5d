"""/api/v1/touchpoints: log, plan, list, read, correct, tell what became of an appointment, delete, restore."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as account_selectors
from accounts.api.accounts import AccountViewSet
from accounts.models import Account
from kam.api.expanding import Expansion
from kam.api.serializers import NothingSerializer
from kam.api.views import Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput, NotVisible
from touchpoints.api.catalogue import ChannelViewSet, TouchpointTypeViewSet
from touchpoints.api.touchpoint_shapes import (
    TouchpointAnswer,
    TouchpointFilter,
    TouchpointSerializer,
)
from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff
from touchpoints.services.amending import amend_touchpoint
from touchpoints.services.appointments import cancel_touchpoint, complete_touchpoint, record_no_show
from touchpoints.services.restoring import restore_touchpoint
from touchpoints.services.touchpoints import log_touchpoint, remove_touchpoint

RENAMED = {"account_id": "account", "type__key": "type", "channel__key": "channel"}
# They say which touchpoint it is, and its status moves by actions.
GIVEN_ONCE = {"account_id": "account", "account_ref": "account_ref", "source": "source", "external_id": "external_id",
              "status": "status"}  # fmt: skip
OWN_COLUMNS = (
    "id", "direction", "initiative", "status", "occurred_at", "duration_minutes", "subject", "notes",
    "sentiment_start", "sentiment_end", "expectation", "next_step", "episode", "handoffs", "wait_minutes",
    "resolved_first_contact", "source", "external_id", "planned_for", "version", "created_at", "changed_at",
)  # fmt: skip


class TouchpointViewSet(ScopedViewSet):
    """Touchpoints of the accounts that the caller sees."""

    policy = {
        "list": "touchpoints:read",
        "retrieve": "touchpoints:read",
        "create": "touchpoints:write",
        "partial_update": "touchpoints:write",
        "destroy": "touchpoints:write",
        "complete": "touchpoints:write",
        "cancel": "touchpoints:write",
        "no_show": "touchpoints:write",
        "restore": "touchpoints:write",
    }
    compared = frozenset({"destroy", "complete", "cancel", "no_show", "restore"})
    serializer_class = TouchpointSerializer
    answer_class = TouchpointAnswer
    filterset_class = TouchpointFilter
    orderings = {
        "-occurred_at": ("-occurred_at", "-id"),
        "occurred_at": ("occurred_at", "id"),
        "changed_at": ("changed_at", "id"),
    }
    expansions = {
        "account": Expansion(AccountViewSet),
        "type": Expansion(TouchpointTypeViewSet, key="key"),
        "channel": Expansion(ChannelViewSet, key="key"),
    }
    row_fields = (*RENAMED, *OWN_COLUMNS)

    def get_queryset(self) -> QuerySet[Touchpoint]:
        return Touchpoint.objects.visible_to(self.principal)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.read(self.get_object().pk)

    def known_fields(self) -> set[str]:
        return super().known_fields() - {"created"}  # only writing answers it

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
        account = self.named_account(fields)
        logged = log_touchpoint(by=self.principal, now=clock.now(), account=account, **fields)
        status = 201 if logged.created else 200
        return self.read(logged.touchpoint.pk, status=status, created=logged.created)

    @extend_schema(request=TouchpointSerializer, responses=TouchpointAnswer)
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Correct it; pulse, check-ins, flags and health follow."""
        touchpoint, version = self.get_object(), self.expected_version()
        changes = self._changes()
        amend_touchpoint(by=self.principal, now=clock.now(), touchpoint=touchpoint, expected_version=version, **changes)
        return self.read(id)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:
        remove_touchpoint(
            by=self.principal, now=clock.now(), touchpoint=self.get_object(), expected_version=self.sent_version()
        )
        return Response(status=204)

    @extend_schema(request=TouchpointSerializer(partial=True), responses=TouchpointAnswer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, id: UUID) -> Response:
        """It took place, and went as the body says; without `occurred_at` at its time, or now if that is to come."""
        touchpoint = self.get_object()
        complete_touchpoint(
            by=self.principal,
            now=clock.now(),
            touchpoint=touchpoint,
            expected_version=self.sent_version(),
            **self._changes(),
        )
        return self.read(id)

    @extend_schema(responses=TouchpointAnswer)
    @action(detail=True, methods=["post"], serializer_class=NothingSerializer)
    def cancel(self, request: Request, id: UUID) -> Response:
        """The appointment will not take place."""
        return self._move(cancel_touchpoint, id)

    @extend_schema(responses=TouchpointAnswer)
    @action(detail=True, methods=["post"], url_path="no-show", serializer_class=NothingSerializer)
    def no_show(self, request: Request, id: UUID) -> Response:
        """The customer did not come; 422 before its time."""
        return self._move(record_no_show, id)

    @extend_schema(responses=TouchpointAnswer)
    @action(detail=True, methods=["post"], serializer_class=NothingSerializer)
    def restore(self, request: Request, id: UUID) -> Response:
        """Bring a deleted touchpoint back under the same id."""
        self.body()
        restored = restore_touchpoint(
            by=self.principal, now=clock.now(), touchpoint_id=id, expected_version=self.sent_version()
        )
        return self.read(restored.pk)

    def _move(self, service: Callable[..., Touchpoint], id: UUID) -> Response:
        self.body()
        service(by=self.principal, now=clock.now(), touchpoint=self.get_object(), expected_version=self.sent_version())
        return self.read(id)

    def _changes(self) -> dict[str, Any]:
        changes = self.body(partial=True)
        for name, called in GIVEN_ONCE.items():
            if name in changes:
                raise BadInput("read_only", "This is given when the touchpoint is logged.", field=called)
        return changes

    def named_account(self, fields: dict[str, Any]) -> Account:
        return account_of(fields, by_ref=partial(account_selectors.account_by_external_id, self.principal))

    def read(self, touchpoint_id: UUID, *, status: int = 200, **extra: Any) -> Response:
        row = self.get_queryset().filter(pk=touchpoint_id).values(*self.row_fields).first()
        if row is None:  # somebody was faster to delete it, or to give its account away
            raise NotVisible
        body = {**self.render_rows([row])[0], **extra}
        return Response(body, status=status, headers={"ETag": f'"{row["version"]}"'})


def account_of(fields: dict[str, Any], *, by_ref: Callable[..., Account | None]) -> Account:
    """Take the account out of the fields of a body. Raises: BadInput where none or two are named, or none is there."""
    account, ref = fields.pop("account_id", None), fields.pop("account_ref", None)
    if (account is None) == (ref is None):
        raise BadInput("account_missing", "Name the account either by account or by account_ref.", field="account")
    found = account or by_ref(**ref)
    if found is None:
        raise BadInput("does_not_exist", "does not exist", field="account_ref")
    return found


def _linked(links: QuerySet[Any], touchpoint_ids: list[UUID], column: str) -> dict[UUID, list[UUID]]:
    """touchpoint id → ids of its people; one query per page."""
    people: dict[UUID, list[UUID]] = defaultdict(list)
    rows = links.filter(touchpoint_id__in=touchpoint_ids).order_by("id").values_list("touchpoint_id", column)
    for touchpoint_id, person_id in rows:
        people[touchpoint_id].append(person_id)
    return people
