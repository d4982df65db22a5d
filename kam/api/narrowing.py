"""`fields=`: answers with only the fields that were asked for."""

from collections.abc import Callable, Iterable
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

PARAMETER = "fields"
MOST = 50  # names


def chosen_fields(text: str, known: Iterable[str]) -> list[str]:
    """ "id,name" as a list. Raises: ValidationError for a field the resource does not have."""
    known = sorted(known)
    names = text.split(",")
    if len(names) > MOST:
        raise ValidationError({PARAMETER: [f"At most {MOST} names."]})
    if unknown := sorted(set(names) - set(known)):
        raise ValidationError({PARAMETER: [f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}."]})
    return names


def narrowed(work: Callable[..., Response], names: list[str]) -> Callable[..., Response]:
    """The handler `work`, its rows cut down to `names`; what a caller may not read is not there anyway."""

    def get(*args: Any, **kwargs: Any) -> Response:
        response = work(*args, **kwargs)
        if "results" in response.data:
            response.data["results"] = [_cut(row, names) for row in response.data["results"]]
        else:
            response.data = _cut(response.data, names)
        return response

    return get


def _cut(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
