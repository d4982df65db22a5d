"""Writing JSON bodies, with orjson: lists of 200 rows are rendered from plain rows, not serializers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer


class JSONRenderer(BaseRenderer):
    """UTF-8 JSON; datetimes in UTC end in Z, decimals are strings so that no digit is lost."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> str | dict[Any, Any] | list[Any]:
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, str):  # a subclass such as ErrorDetail or a TextChoices member
        return str.__str__(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
