"""/api/v1/touchpoints/bulk: log up to 500 at once, each by the rules of POST /touchpoints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as account_selectors
from accounts.models import Account
from kam.api.errors import problem_of
from kam.api.fields import KNOWN
from kam.api.serializers import ProblemSerializer, StrictSerializer
from kam.api.views import Row, ScopedViewSet
from kam.core import clock
from kam.core.errors import DomainError
from touchpoints.api.touchpoint_shapes import TouchpointSerializer, colleagues
from touchpoints.api.touchpoints import account_of
from touchpoints.models import Channel, TouchpointType
from touchpoints.services.bulk import log_touchpoints
from touchpoints.services.touchpoints import Draft, Logged, draft

MOST_ITEMS = 500
End = Logged | DomainError | serializers.ValidationError


@extend_schema_field(TouchpointSerializer(many=True))
class ItemsField(serializers.ListField):
    """The items as they came: each is looked at by itself, once the rows that they name were read."""

    def run_child_validation(self, data: Any) -> Any:
        return data


class BulkSerializer(StrictSerializer):
    """Touchpoints to log. `atomic`: all of them or, where one is refused, none."""

    items = ItemsField(min_length=1, max_length=MOST_ITEMS, help_text=f"1 to {MOST_ITEMS}, as for POST /touchpoints.")
    atomic = serializers.BooleanField(default=False)


class BulkItemSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Its place among the items sent, from 0.")
    status = serializers.IntegerField(help_text="201, 200 where it was logged before, or what POST would answer.")
    id = serializers.UUIDField(allow_null=True)
    problem = ProblemSerializer(allow_null=True)


class BulkAnswer(serializers.Serializer[Any]):
    """What became of each item, in the order sent."""

    items = BulkItemSerializer(many=True)


class TouchpointBulkViewSet(ScopedViewSet):
    """Many touchpoints in one request."""

    policy = {"log": "touchpoints:write"}
    serializer_class = BulkSerializer

    @extend_schema(operation_id="touchpoints_bulk", request=BulkSerializer, responses=BulkAnswer)
    def log(self, request: Request) -> Response:
        """Each item ends as POST /touchpoints would end it; a wrong one keeps no other out, unless `atomic`."""
        body = self.body()
        known = Known(self, body["items"])
        ends = {index: self._drafted(item, known) for index, item in enumerate(body["items"])}
        with transaction.atomic():
            drafts = {index: end for index, end in ends.items() if isinstance(end, Draft)}
            if not body["atomic"] or len(drafts) == len(ends):
                stored = log_touchpoints(by=self.principal, now=known.now, drafts=list(drafts.values()))
                ends.update(zip(drafts, stored, strict=True))
            if body["atomic"]:
                _refuse_all_for(ends)
        return Response({"items": [self._answer(index, end) for index, end in ends.items()]})

    def _drafted(self, item: Any, known: "Known") -> Any:
        """The draft of an item, or what is wrong with it."""
        try:
            fields = known.serializer.run_validation(item)
            account = account_of(fields, by_ref=known.account_of_ref)
            return draft(by=self.principal, now=known.now, account=account, **fields)
        except (DomainError, serializers.ValidationError) as error:
            return error

    def _answer(self, index: int, end: End) -> Row:
        if isinstance(end, Logged):
            status = 201 if end.created else 200
            return {"index": index, "status": status, "id": end.touchpoint.pk, "problem": None}
        problem = problem_of(end, request=self.request._request)
        return {"index": index, "status": problem["status"], "id": None, "problem": problem}


class Known:
    """The rows that the items name, read by kind and not by item; and the serializer that looks them up here."""

    def __init__(self, view: TouchpointBulkViewSet, items: Sequence[Any]) -> None:
        by, maps = view.principal, [item for item in items if isinstance(item, Mapping)]
        self.now = clock.now()
        context = dict(view.get_serializer_context())
        context[KNOWN] = {
            account_selectors.accounts: _rows(account_selectors.accounts(by), _ids(maps, "account")),
            account_selectors.contacts: _rows(account_selectors.contacts(by), _ids(maps, "contacts")),
            colleagues: _rows(colleagues(by), _ids(maps, "staff")),
            TouchpointType: {one.key: one for one in TouchpointType.objects.all()},
            Channel: {one.key: one for one in Channel.objects.all()},
        }
        self.serializer = TouchpointSerializer(context=context)
        refs = [item["account_ref"] for item in maps if isinstance(item.get("account_ref"), Mapping)]
        self.refs = account_selectors.accounts_by_external_id(by, [_named(ref) for ref in refs])

    def account_of_ref(self, *, source: str, external_id: str) -> Account | None:
        return self.refs.get((source, external_id))


def _named(ref: Mapping[str, Any]) -> tuple[str, str]:
    """As the serializer reads it: without white space around it."""
    return str(ref.get("source")).strip(), str(ref.get("external_id")).strip()


def _rows(visible: Any, ids: set[UUID]) -> dict[UUID, Any]:
    return visible.in_bulk(ids) if ids else {}


def _ids(items: Sequence[Mapping[str, Any]], name: str) -> set[UUID]:
    """What reads as an id; the serializer says what does not."""
    said = (item.get(name) for item in items)
    return {key for value in said for one in (value if isinstance(value, list) else [value]) for key in _id(one)}


def _id(value: Any) -> Iterator[UUID]:
    try:
        yield serializers.UUIDField().to_internal_value(value)
    except serializers.ValidationError:
        return


def _refuse_all_for(ends: Mapping[int, End]) -> None:
    """Raises: ValidationError that says what is wrong with which item."""
    wrong = {str(index): _faults(end) for index, end in ends.items() if not isinstance(end, Logged | Draft)}
    if wrong:
        raise serializers.ValidationError({"items": wrong})


def _faults(end: DomainError | serializers.ValidationError) -> Any:
    if isinstance(end, serializers.ValidationError):
        return end.detail
    return {end.field or "non_field_errors": [serializers.ErrorDetail(end.detail, code=end.code)]}
