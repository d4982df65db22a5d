"""The base of every resource: declared scopes, strict parameters, keyset lists, versions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled, UnsupportedMediaType
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from kam.api import expanding, narrowing, once
from kam.api.errors import PreconditionFailed, PreconditionRequired
from kam.api.pagination import KeysetPagination
from kam.api.parameters import refuse_unknown
from kam.api.throttling import Rate
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.rows import with_columns
from kam.people.principal import Principal

ETAG = re.compile(r'"(\d{1,9})"')
Row = dict[str, Any]
Rows = list[Row]  # in the class below `list` is an action


class PrivateAnswers(APIView):
    """Answers are for whoever asked: no shared cache keeps them, and none is used without asking again.

    They say how many calls are left. Calls without a valid token or session are counted by their address.
    """

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "private, no-cache"}

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, AuthenticationFailed | NotAuthenticated):
            try:
                self.check_throttles(self.request)
            except Throttled as too_many:
                exc = too_many
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        rate: Rate | None = getattr(self.request._request, "rate", None)
        if rate is not None:
            self.headers.update(rate.headers())
        return super().finalize_response(request, response, *args, **kwargs)


class ScopedViewSet(PrivateAnswers, GenericViewSet[Any]):
    """A resource. Subclasses declare what it is and call services; no rule lives here or there.

    policy          action → scope ("accounts:read"); kam.api.permissions enforces it
    orderings       public name → keyset order ending in "id"; the first is the default
    row_fields      the columns of a list, read by `.values()`: 200 rows need no 200 model instances
    parameters      action → query parameters it takes besides those of filterset and pages
    answer_class    the shape of one row where it differs from that of the body
    expansions      field → what it names, for `expand`
    serializer_class  the shape of one row, for single objects and for the OpenAPI document
    compared        actions that compare If-Match where it is sent; PATCH needs it, and all others refuse it
    unkept          actions whose answers are stored nowhere: an Idempotency-Key does nothing there
    """

    policy: ClassVar[Mapping[str, str]] = {}
    orderings: ClassVar[Mapping[str, Sequence[str]]] = {}
    row_fields: ClassVar[Sequence[str]] = ()
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
    answer_class: ClassVar[type[Any] | None] = None
    expansions: ClassVar[Mapping[str, expanding.Expansion]] = {}
    compared: ClassVar[frozenset[str]] = frozenset()
    unkept: ClassVar[frozenset[str]] = frozenset()
    lookup_field = "id"
    lookup_value_converter = "uuid"
    pagination_class = KeysetPagination
    filter_backends = (DjangoFilterBackend,)
    http_method_names = ("get", "head", "post", "put", "patch", "delete")

    @property
    def principal(self) -> Principal:
        """Who asks; nobody while the OpenAPI document is made."""
        return Principal.nobody() if getattr(self, "swagger_fake_view", False) else self.request.principal  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._refuse_unread_body(request)
        self._refuse_unknown_parameters(request)
        self._refuse_uncompared_version(request)
        if self._may_narrow:
            self._shape_answer(request)
        is_kept = self.action not in self.unkept
        if request.method == "POST" and is_kept and once.HEADER in request.headers and hasattr(self, "post"):
            self._answer_once(self.post)

    def _shape_answer(self, request: Request) -> None:
        """Answer with the objects that `expand` asks for, and with nothing but the fields of `fields` beside them."""
        asked, method = request.query_params, (request.method or "").lower()
        kept = []
        if expanding.PARAMETER in asked:
            chosen = expanding.chosen_expansions(asked[expanding.PARAMETER], self.expansions, may=self.principal.may)
            setattr(self, method, expanding.expanded(getattr(self, method), chosen))
            kept.append(expanding.EXPANDED)
        if narrowing.PARAMETER in asked:
            names = narrowing.chosen_fields(asked[narrowing.PARAMETER], self.known_fields())
            setattr(self, method, narrowing.narrowed(getattr(self, method), names + kept))

    @property
    def _may_narrow(self) -> bool:
        return self.action in ("list", "retrieve")

    def known_fields(self) -> set[str]:
        """What `fields` may name: all that a row of this resource can have."""
        shape: Any = self.answer_class or self.serializer_class
        return {name for name, field in shape().fields.items() if not field.write_only} if shape else set()

    def _answer_once(self, work: Callable[..., Any]) -> None:
        """The framework looks its handler up after `initial`: then it finds the one that works once per key."""

        def post(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            return once.answer_once(
                request=request._request,
                by=self.principal,
                now=clock.now(),
                work=lambda: work(request, *args, **kwargs),
            )

        self.post = post

    def _refuse_unread_body(self, request: Request) -> None:
        """A body of a type no parser takes: the framework would take a form the guard has read for no body."""
        has_body = request.META.get("CONTENT_LENGTH") not in (None, "", "0")
        if has_body and self.get_content_negotiator().select_parser(request, request.parsers or ()) is None:
            raise UnsupportedMediaType(request.content_type)

    def _refuse_uncompared_version(self, request: Request) -> None:
        """Whoever names a version relies on its being compared."""
        takes = request.method in SAFE_METHODS or self.action == "partial_update" or self.action in self.compared
        if "If-Match" in request.headers and not takes:
            raise BadInput("not_compared", "No version is compared here: leave If-Match out.", field="If-Match")

    def _refuse_unknown_parameters(self, request: Request) -> None:
        known = set(self.parameters.get(self.action or "", ()))
        if self._may_narrow:
            known.add(narrowing.PARAMETER)
            known.update([expanding.PARAMETER] if self.expansions else [])
        if self.action == "list":
            filterset = getattr(self, "filterset_class", None)
            known |= KeysetPagination.parameters | set(filterset.base_filters if filterset else ())
        refuse_unknown(request.query_params, known)

    # Lists

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        order = {name.removeprefix("-") for columns in self.orderings.values() for name in columns}
        queryset = self.filter_queryset(self.get_queryset())
        return self.paged(with_columns(queryset, sorted(order.union(self.row_fields))), self.render_rows)

    def paged(self, queryset: QuerySet[Any], render: Callable[[Rows], Rows]) -> Response:
        """A page of `queryset`, its rows rendered all at once so that lookups take one query per page."""
        rows = self.paginate_queryset(queryset)
        return self.get_paginated_response(render(rows or []))

    def render_rows(self, rows: Rows) -> Rows:
        """The page's rows as they are answered; override to rename or to add a lookup.

        Rows hold `row_fields` and whatever the orderings sort by, which the answer need not show.
        """
        return [{name: row[name] for name in self.row_fields} for row in rows]

    # Single objects

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def answer(self, obj: Model, *, status: int = 200, **extra: Any) -> Response:
        """One object with its ETag; `extra` is added to the body, as in `created=False`."""
        body = {**self.get_serializer(obj).data, **extra}
        version = getattr(obj, "version", None)
        return Response(body, status=status, headers={} if version is None else {"ETag": f'"{version}"'})

    def body(self, *, partial: bool = False) -> Row:
        """The validated body of the request."""
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def sent_version(self) -> int | None:
        """The same where it is optional (`compared`): None without the header."""
        return self.expected_version() if "If-Match" in self.request.headers else None

    def expected_version(self) -> int:
        """The version If-Match names, for the service to compare under its lock.

        Raises: PreconditionRequired (428) without the header; PreconditionFailed (412) where it names
        no version of ours (weak or foreign tags never match; `*` would defeat the purpose).
        """
        header = self.request.headers.get("If-Match")
        if header is None:
            raise PreconditionRequired
        match = ETAG.fullmatch(header.strip())
        if match is None:
            raise PreconditionFailed
        return int(match[1])
