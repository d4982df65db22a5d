"""Lists: `{"results", "next", "previous"}` over keyset pages, `count` only where asked."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kam.api.parameters import flag, whole_number
from kam.core import clock
from kam.core.pagination import MAX_LIMIT, keyset_page

DEFAULT_LIMIT = 50


def page_limit(request: Request, default: int = DEFAULT_LIMIT) -> int:
    """How many rows a page has at most. Raises: ValidationError outside 1 … 200."""
    return whole_number(request.query_params, "limit", low=1, high=MAX_LIMIT, default=default) or default


class KeysetPagination(BasePagination):
    """Pages of at most `limit` rows; `next` and `previous` are addresses to follow as they are.

    The view names its public orderings in `orderings` (name → keyset order ending in "id"); the first
    is the default.
    """

    parameters = frozenset({"limit", "cursor", "with_count", "ordering"})

    def paginate_queryset(  # type: ignore[override]  # keyset pages need a queryset
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.as_of = clock.now()  # before the rows are read: whoever continues from it misses none
        self.total = queryset.count() if flag(request.query_params, "with_count") else None
        self.page = keyset_page(
            queryset,
            order=_ordering(request, view.orderings),  # type: ignore[union-attr]
            limit=page_limit(request),
            cursor=request.query_params.get("cursor"),
        )
        return list(self.page.rows)

    def get_paginated_response(self, data: list[Any]) -> Response:
        body: dict[str, Any] = {
            "results": data,
            "next": self._address(self.page.next),
            "previous": self._address(self.page.previous),
            "as_of": self.as_of,
        }
        if self.total is not None:
            body["count"] = self.total
        return Response(body)

    def _address(self, cursor: str | None) -> str | None:
        return cursor and replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous", "as_of"],
            "properties": {
                "results": schema,
                "next": address,
                "previous": address,
                "as_of": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When it was read; ask with `updated_since` for what changed since.",
                },
                "count": {"type": "integer", "description": "All rows, where `with_count=true` asked for it."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        orderings = list(view.orderings)
        return [
            _parameter("limit", limit, "Rows per page."),
            _parameter("cursor", {"type": "string"}, "Taken from `next` or `previous`, opaque."),
            _parameter("with_count", {"type": "boolean", "default": False}, "Count all rows too; slower."),
            _parameter(
                "ordering", {"type": "string", "enum": orderings, "default": orderings[0]}, "Order of the rows."
            ),
        ]


def _ordering(request: Request, orderings: Mapping[str, Any]) -> Any:
    name = request.query_params.get("ordering", next(iter(orderings)))
    if name not in orderings:
        raise ValidationError({"ordering": [f"One of {', '.join(orderings)}."]}, code="unknown_ordering")
    return orderings[name]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
