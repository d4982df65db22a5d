"""The OpenAPI 3.1 document: what drf-spectacular cannot see for itself."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from kam.api import expanding, narrowing
from kam.api.once import HEADER
from kam.api.permissions import ANY_SCOPE
from kam.api.response_headers import declare_headers
from kam.api.serializers import ProblemSerializer
from kam.core.problem import CONTENT_TYPE

JSON_PROBLEM = [CONTENT_TYPE]
EVERYWHERE = ("400", "401", "403", "429", "503")
WRITING = ("409", "413", "415", "422")
DELETING = ("409", "422")
VERSIONED = ("412", "428")


IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, True, "The ETag of the version that was read, as it came."
)
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag, as it came: compared where it is sent.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Yours, new for each request: sent again with the same body, the first answer is repeated. Kept 24 h.",
)


def names_parameter(name: str, names: Iterable[str], *, most: int, description: str) -> OpenApiParameter:
    """A parameter that takes names, separated by commas."""
    return OpenApiParameter(
        name,
        {"type": "array", "items": {"type": "string", "enum": sorted(names)}, "minItems": 1, "maxItems": most},
        description=description,
        style="form",
        explode=False,
    )


def _shaping(view: Any) -> list[OpenApiParameter]:
    """`fields` and, where there is something to expand, `expand`."""
    fields = "Only these fields, separated by commas; all others, required or not, are left out."
    expand = "Adds `expanded`: field → the object that it names, as its own resource answers it, null where invisible."
    found = [names_parameter(narrowing.PARAMETER, view.known_fields(), most=narrowing.MOST, description=fields)]
    if view.expansions:
        found.append(names_parameter(expanding.PARAMETER, view.expansions, most=expanding.MOST, description=expand))
    return found


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "kam.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "kam_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "kam.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class AutoSchema(openapi.AutoSchema):
    """Adds the scope of each operation, If-Match where a version is needed, and the error answers."""

    def get_auth(self) -> list[dict[str, Any]]:
        scope = self._scope()
        scopes = [] if scope in (None, ANY_SCOPE) else [scope]
        return [{name: scopes if name == "bearer" else []} for needed in super().get_auth() for name in needed]

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        action = getattr(view, "action", None)
        compared = [IF_MATCH_OPTIONAL] if self._compares_version() else []
        if self.method == "POST" and action not in getattr(view, "unkept", ()):
            return [*super().get_override_parameters(), *compared, IDEMPOTENCY_KEY]
        if action in ("list", "retrieve"):
            return [*super().get_override_parameters(), *_shaping(view)]
        return [IF_MATCH] if self._needs_version() else [*super().get_override_parameters(), *compared]

    def get_response_serializers(self) -> Any:
        """A resource that answers in another shape than it reads says so once, by `answer_class`."""
        shape: Any = getattr(self.view, "answer_class", None)
        action = getattr(self.view, "action", None)
        if shape is not None and action in ("list", "retrieve"):
            return shape(many=True) if action == "list" else shape
        return super().get_response_serializers()

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies.setdefault(status, self._get_response_for_code(ProblemSerializer, status, JSON_PROBLEM, direction))
        return bodies

    def _problem_statuses(self) -> list[str]:
        statuses = list(EVERYWHERE)
        if "{" in self.path:
            statuses.append("404")
        if self.method in ("POST", "PUT", "PATCH"):
            statuses.extend(WRITING)
        if self.method == "DELETE":
            statuses.extend(DELETING)
        if self._needs_version():
            statuses.extend(VERSIONED)
        if self._compares_version():
            statuses.append("412")
        return sorted(statuses)

    def _needs_version(self) -> bool:
        return getattr(self.view, "action", None) in ("update", "partial_update")

    def _compares_version(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "compared", ())

    def _scope(self) -> str | None:
        action = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, "policy", {}).get(action)


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Name every tag, leave out shapes that nothing refers to (drf-spectacular keeps those only written), and say
    that bodies take no other fields than theirs."""
    operations = [one for path in result["paths"].values() for one in path.values()]
    result["tags"] = [{"name": tag} for tag in sorted({one["tags"][0] for one in operations})]
    declare_headers(result)
    shapes = result["components"]["schemas"]
    text = json.dumps(result, default=str)
    for name in [name for name in shapes if f'"#/components/schemas/{name}"' not in text]:
        del shapes[name]
    for name in shapes:
        if name.endswith("Request") and "properties" in shapes[name]:
            shapes[name]["additionalProperties"] = False  # StrictSerializer refuses them; answers may grow
    return result
