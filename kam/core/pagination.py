"""Keyset pages: a page at any depth costs what the first one costs, and rows never shift between pages.

NULLs sort last, whichever the direction. Where the first column may be NULL, rows with a value and those without
are read apart: both then come from the plain index on it, in either direction and from the middle. A cursor holds
the order it belongs to and the values of the row it starts after; it grants nothing, so it is not signed: whoever
forges one moves within what the queryset shows them anyway.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Field, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.timezone import is_naive

from kam.core.errors import BadInput
from kam.core.text import find_forbidden

MAX_LIMIT = 200
MAX_CURSOR = 4000


@dataclass(frozen=True)
class Page:
    """Rows in the order asked for, and the cursors of the neighbouring pages (None: there is none)."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Key:
    """One column of the order."""

    name: str
    descending: bool
    field: "Field[Any, Any]"
    nullable: bool


def keyset_page(queryset: QuerySet[Any], *, order: Sequence[str], limit: int, cursor: str | None = None) -> Page:
    """The page after (or before, as the cursor says) a row; one query, two where it reaches rows without a value.

    `order` reads like ("-health", "name_sort", "id") and must end in "id" or "-id" so that it is total.
    Rows are whatever `queryset` yields: instances, or dicts holding every column of the order.
    Raises: BadInput for a limit outside 1..200 or a cursor that is malformed or of another order.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput("limit_out_of_range", f"limit must lie between 1 and {MAX_LIMIT}.", field="limit")
    keys = _keys(queryset, order)
    backward, values = _decode(cursor, order, keys) if cursor else (False, None)
    rows: list[Any] = []
    for part in _parts(queryset, keys, values, backward=backward):
        rows += part[: limit + 1 - len(rows)]
        if len(rows) > limit:
            break
    more, rows = len(rows) > limit, rows[:limit]
    if backward:
        rows.reverse()
    has_next, has_previous = (bool(rows), more) if backward else (more, values is not None and bool(rows))
    return Page(
        rows,
        next=_encode(order, rows[-1], backward=False) if has_next else None,
        previous=_encode(order, rows[0], backward=True) if has_previous else None,
    )


def _keys(queryset: QuerySet[Any], order: Sequence[str]) -> list[Key]:
    if not order or order[-1].lstrip("-") not in ("id", queryset.model._meta.pk.name):
        raise ValueError("A keyset order must end in the primary key.")
    return [_key(queryset, entry) for entry in order]


def _key(queryset: QuerySet[Any], entry: str) -> Key:
    name = entry.removeprefix("-")
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return Key(name, entry.startswith("-"), annotation.output_field, nullable=True)
    model, nullable = queryset.model, False
    field: Any = None
    for part in name.split("__"):
        field = model._meta.get_field(part)
        nullable = nullable or field.null
        model = field.related_model
    return Key(name, entry.startswith("-"), getattr(field, "target_field", field), nullable)


def _parts(
    queryset: QuerySet[Any], keys: Sequence[Key], values: Sequence[Any] | None, *, backward: bool
) -> list[QuerySet[Any]]:
    """What lies beyond `values` (None: everything), in order: in two parts where the first column may be NULL."""
    first, rest = keys[0], keys[1:]
    if not first.nullable:
        return [_ordered(queryset, keys, values, backward=backward)]
    known, unknown = (queryset.filter(**{f"{first.name}__isnull": without}) for without in (False, True))
    keys = [replace(first, nullable=False), *rest]
    if values is None:
        return [_ordered(known, keys, None, backward=False), _ordered(unknown, rest, None, backward=False)]
    if values[0] is None:
        beyond = _ordered(unknown, rest, values[1:], backward=backward)
        return [beyond, _ordered(known, keys, None, backward=True)] if backward else [beyond]
    beyond = _ordered(known, keys, values, backward=backward)
    return [beyond] if backward else [beyond, _ordered(unknown, rest, None, backward=False)]


def _ordered(
    queryset: QuerySet[Any], keys: Sequence[Key], values: Sequence[Any] | None, *, backward: bool
) -> QuerySet[Any]:
    if values is not None:
        queryset = queryset.filter(_beyond(keys, values, backward=backward))
    return queryset.order_by(*(_order_by(key, backward=backward) for key in keys))


def _order_by(key: Key, *, backward: bool) -> OrderBy:
    nulls = {("nulls_first" if backward else "nulls_last"): True} if key.nullable else {}
    return OrderBy(F(key.name), descending=key.descending is not backward, **nulls)


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, backward: bool) -> Q:
    """Rows past `values`: further in the first column, or equal there and further in the next, …"""
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        further = _further(key, value, backward=backward)
        if further is not None:
            condition |= equal & further
        equal &= Q(**{f"{key.name}__isnull": True}) if value is None else Q(**{key.name: value})
    first = keys[0]
    if not first.nullable:
        # Implied by the rest, but only this form lets PostgreSQL start in the middle of the index.
        condition &= Q(**{f"{first.name}__{'lte' if first.descending is not backward else 'gte'}": values[0]})
    return condition


def _further(key: Key, value: Any, *, backward: bool) -> Q | None:
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if backward else None
    further = Q(**{f"{key.name}__{'lt' if key.descending is not backward else 'gt'}": value})
    return further | Q(**{f"{key.name}__isnull": True}) if key.nullable and not backward else further


def _encode(order: Sequence[str], row: Any, *, backward: bool) -> str:
    values = [_value(row, entry.removeprefix("-")) for entry in order]
    text = json.dumps([list(order), int(backward), values], cls=_Exact, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    """Keeps the microseconds that Django's encoder cuts off."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    value = getattr(row, name) if hasattr(row, name) else reduce(getattr, name.split("__"), row)
    return getattr(value, "pk", value)


def _decode(cursor: str, order: Sequence[str], keys: Sequence[Key]) -> tuple[bool, list[Any]]:
    refusal = BadInput("bad_cursor", "This cursor is not one of this list's.", field="cursor")
    try:
        if len(cursor) > MAX_CURSOR:
            raise refusal
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        stored_order, backward, values = json.loads(text)
        if stored_order != list(order) or backward not in (0, 1) or len(values) != len(keys):
            raise refusal
        return bool(backward), [_typed(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError, OverflowError, ArithmeticError, ValidationError) as error:
        raise refusal from error


def _typed(key: Key, value: Any) -> Any:
    """The Python value of a column. Raises for anything the column could not hold."""
    if value is None and key.nullable:
        return None
    if not isinstance(value, str | int | float) or (isinstance(value, str) and find_forbidden(value)):
        raise ValueError(value)
    typed = key.field.to_python(value)
    if isinstance(typed, datetime) and is_naive(typed):
        raise ValueError(value)
    key.field.run_validators(typed)
    return typed
