"""Ids in bodies: a row one does not see and a row there is not get the same words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kam.people.principal import Principal

Visible = Callable[[Principal], QuerySet[Any]]
MAX_IDS = 200
# In the context of a serializer: `visible` → the rows it gives by id, read at once for the many items of a body.
KNOWN = "known"


class TextField(serializers.CharField):
    """Free text, kept as it was sent: white space around it is part of it. At most `max_length` characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


class InstantField(serializers.DateTimeField):
    """An instant: a date and time with its offset. Without one it would be read as some zone's, and be hours off."""

    default_error_messages = {"no_offset": "Add the offset, as in 2026-11-22T09:30:00+01:00 or …T08:30:00Z."}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        return super().enforce_timezone(value)


def _rows(field: serializers.Field[Any, Any, Any, Any], visible: Visible, keys: list[UUID]) -> dict[UUID, Any]:
    """The rows of these ids that the principal sees."""
    if KNOWN in field.context:
        return field.context[KNOWN][visible]
    return visible(field.context["request"].principal).in_bulk(keys) if keys else {}


def optional_text(max_length: int) -> TextField:
    return TextField(max_length=max_length, required=False, allow_blank=True)


@extend_schema_field(OpenApiTypes.UUID)
class VisibleIdField(serializers.UUIDField):
    """An id, read as the row it names; `visible` gives the rows a principal sees."""

    default_error_messages = {"does_not_exist": "does not exist"}

    def __init__(self, *, visible: Visible, **kwargs: Any) -> None:
        self.visible = visible
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        key = super().to_internal_value(data)
        row = _rows(self, self.visible, [key]).get(key)
        if row is None:
            self.fail("does_not_exist")
        return row

    def to_representation(self, value: Model | UUID) -> str:
        return str(value.pk if isinstance(value, Model) else value)


class VisibleIdsField(serializers.ListField):
    """A list of ids, read as rows in the order given, with one query; repeated ids count once."""

    child = serializers.UUIDField()

    def __init__(self, *, visible: Visible, **kwargs: Any) -> None:
        self.visible = visible
        self.longest: int = kwargs.pop("max_length", MAX_IDS)
        super().__init__(max_length=self.longest, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        # The framework looks at the length last, after a query with every id.
        if isinstance(data, list) and len(data) > self.longest:
            raise serializers.ValidationError(f"At most {self.longest} ids.", code="max_length")
        keys = list(dict.fromkeys(super().to_internal_value(data)))
        rows = _rows(self, self.visible, keys)
        missing = {
            index: [serializers.ErrorDetail("does not exist", code="does_not_exist")]
            for index, key in enumerate(keys)
            if key not in rows
        }
        if missing:
            raise serializers.ValidationError(missing)  # type: ignore[arg-type]  # keyed by index, as lists do
        return [rows[key] for key in keys]
