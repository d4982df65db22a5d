"""The base of every resource: declared scopes, strict parameters, keyset lists, versions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kam.api.errors import PreconditionFailed, PreconditionRequired
from kam.api.pagination import KeysetPagination
from kam.people.principal import Principal

ETAG = re.compile(r'"(\d{1,9})"')
Row = dict[str, Any]


class ScopedViewSet(GenericViewSet[Any]):
    """A resource. Subclasses declare what it is and call services; no rule lives here or there.

    policy          action → scope ("accounts:read"); kam.api.permissions enforces it
    orderings       public name → keyset order ending in "id"; the first is the default
    row_fields      the columns of a list, read by `.values()`: 200 rows need no 200 model instances
    parameters      action → query parameters it takes besides those of filterset and pages
    serializer_class  the shape of one row, for single objects and for the OpenAPI document
    """

    policy: ClassVar[Mapping[str, str]] = {}
    orderings: ClassVar[Mapping[str, Sequence[str]]] = {}
    row_fields: ClassVar[Sequence[str]] = ()
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
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
        self._refuse_unknown_parameters(request)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        """A mistyped filter must not answer with everything."""
        known = set(self.parameters.get(self.action or "", ()))
        if self.action == "list":
            filterset = getattr(self, "filterset_class", None)
            known |= KeysetPagination.parameters | set(filterset.base_filters if filterset else ())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown}, code="unknown_parameter")

    # Lists

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        queryset = self.filter_queryset(self.get_queryset())
        return self.paged(queryset.values(*self.row_fields), self.render_rows)

    def paged(self, queryset: QuerySet[Any], render: Callable[[list[Any]], list[Row]]) -> Response:
        """A page of `queryset`, its rows rendered all at once so that lookups take one query per page."""
        rows = self.paginate_queryset(queryset)
        return self.get_paginated_response(render(list(rows or ())))

    def render_rows(self, rows: list[Row]) -> list[Row]:
        """The page's `.values()` rows as they are answered; override to rename or to add a lookup."""
        return rows

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
