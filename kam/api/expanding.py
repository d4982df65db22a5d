"""`expand=`: beside the ids of an answer the objects that they name, as their own resource answers them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    from kam.api.views import ScopedViewSet

PARAMETER = "expand"
EXPANDED = "expanded"
MOST = 10  # names


@dataclass(frozen=True)
class Expansion:
    """What a field names: a row of `resource`, called by its `key` there."""

    resource: "type[ScopedViewSet]"
    key: str = "id"

    def load(self, request: Request, keys: set[str]) -> dict[str, dict[str, Any]]:
        """The named rows that the caller sees; the number of queries does not depend on how many these are."""
        view = self.resource(request=request)
        rows = view.get_queryset().filter(**{f"{self.key}__in": keys}).values(*view.row_fields)
        return {str(row[self.key]): row for row in view.render_rows(list(rows))}


def chosen_expansions(text: str, known: Mapping[str, Expansion], *, may: Callable[[str], bool]) -> dict[str, Expansion]:
    """ "owner,team" with what they are. Raises: ValidationError for another name, PermissionDenied for a scope that
    the token has not: expanding reads a resource."""
    names = text.split(",")
    if len(names) > MOST:
        raise ValidationError({PARAMETER: [f"At most {MOST} names."]})
    if unknown := sorted(set(names) - set(known)):
        raise ValidationError({PARAMETER: [f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}."]})
    if not all(may(known[name].resource.policy["list"]) for name in names):
        raise PermissionDenied
    return {name: known[name] for name in names}


def expanded(work: Callable[..., Response], chosen: Mapping[str, Expansion]) -> Callable[..., Response]:
    """The handler `work`, whose rows carry what they name under `expanded`; null for what the caller does not see."""

    def get(request: Request, *args: Any, **kwargs: Any) -> Response:
        response = work(request, *args, **kwargs)
        rows = response.data.get("results", [response.data])
        for row in rows:
            row[EXPANDED] = {}
        for name, expansion in chosen.items():
            found = expansion.load(request, {str(row[name]) for row in rows if row[name] is not None})
            for row in rows:
                row[EXPANDED][name] = found.get(str(row[name]))
        return response

    return get
