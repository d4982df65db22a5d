"""/api/v1/search: accounts, contacts and touchpoints by what somebody would type."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.search.find import MOST, results
from accounts.search.registry import Hit, Source, sources
from kam.api.parameters import whole_number
from kam.api.permissions import ANY_SCOPE
from kam.api.schema import names_parameter
from kam.api.views import ScopedViewSet
from kam.core.guard import SEARCH_LENGTH
from kam.core.matching import Sought

DEFAULT_LIMIT = 20


def searchable() -> dict[str, Source]:
    """The kinds that programs find; pages and actions are for people."""
    return {source.kind: source for source in sources if source.scope}


class ResultSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Also the resource that has the whole object: account, contact, touchpoint.")
    id = serializers.UUIDField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    account = serializers.UUIDField()
    url = serializers.URLField(help_text="Its page, for people.")
    score = serializers.FloatField(min_value=0, max_value=1, help_text="1: exactly; below 0.7: only alike.")


class SearchSerializer(serializers.Serializer[Any]):
    results = ResultSerializer(many=True)


def declared() -> list[OpenApiParameter]:
    kinds = searchable()
    text = {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH}
    return [
        OpenApiParameter(
            "q", text, required=True, description="Of a name, a subject, an address; a whole external id."
        ),
        names_parameter("kinds", kinds, most=len(kinds), description="Only these; default: all the token may read."),
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}),
    ]


class SearchViewSet(ScopedViewSet):
    """What the caller sees, the best first: exact, then beginnings of words, then what is alike."""

    policy = {"search": ANY_SCOPE}
    parameters = {"search": frozenset({"q", "kinds", "limit"})}
    serializer_class = SearchSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="search", responses=SearchSerializer, parameters=declared())
    def search(self, request: Request) -> Response:
        """Accents, case, word order and slips of the finger are forgiven."""
        asked = request.query_params
        if not asked.get("q"):
            raise ValidationError({"q": ["Say what to look for."]}, code="required")
        limit = whole_number(asked, "limit", low=1, high=MOST, default=DEFAULT_LIMIT) or DEFAULT_LIMIT
        found = results(self.principal, Sought(asked["q"]), kinds=self._kinds(asked.get("kinds")), limit=limit)
        return Response({"results": [self._rendered(hit) for hit in found]})

    def _kinds(self, asked: str | None) -> list[Source]:
        """Those asked for; 403 where the token may not read one of them. Without any, those it may read."""
        known = searchable()
        if asked is None:
            return [source for source in known.values() if self.principal.may(source.scope or "")]
        names = asked.split(",")
        if unknown := sorted(set(names) - set(known)):
            raise ValidationError({"kinds": [f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}."]})
        chosen = [known[name] for name in dict.fromkeys(names)]
        if not all(self.principal.may(source.scope or "") for source in chosen):
            raise PermissionDenied
        return chosen

    def _rendered(self, hit: Hit) -> dict[str, Any]:
        return {
            "kind": hit.kind,
            "id": hit.id,
            "title": hit.title,
            "subtitle": hit.subtitle,
            "account": hit.account_id,
            "url": self.request.build_absolute_uri(hit.url),
            "score": min(1.0, round(hit.score, 3)),
        }
