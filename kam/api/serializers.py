"""Reading bodies: every field named in them must be one that may be written."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses unknown and read-only fields: a mistyped name must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            faults = {
                name: [
                    serializers.ErrorDetail("This field cannot be written.", code="read_only")
                    if name in self.fields
                    else serializers.ErrorDetail("There is no such field.", code="unknown_field")
                ]
                for name in data
                if name not in writable
            }
            if faults:
                raise serializers.ValidationError(faults)
        return super().to_internal_value(data)


class ProblemFaultSerializer(serializers.Serializer[Any]):
    """One fault in the input (for the OpenAPI document)."""

    pointer = serializers.CharField(help_text="JSON pointer of the place in the body, or the parameter's name.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, RFC 9457 (for the OpenAPI document)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="Stable; for machines.")
    request_id = serializers.CharField()
    errors = ProblemFaultSerializer(many=True, required=False)  # type: ignore[assignment]


class NothingSerializer(StrictSerializer):
    """No body, or an empty one."""
