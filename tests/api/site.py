"""A small site for the base of the API: one resource that does what resources do, and fails on demand."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404
from django.urls import include, path
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from kam.api.fields import VisibleIdField, VisibleIdsField
from kam.api.serializers import StrictSerializer
from kam.api.views import ScopedViewSet
from kam.core.errors import BadInput, Conflict, DomainError, NotVisible
from kam.people.models import Team

FAILURES: dict[str, Exception] = {
    "rule": DomainError("too_late", "It is too late.", field="due_on"),
    "shape": BadInput("bad_zone", "No such zone."),
    "invisible": NotVisible("Account 17 is not yours."),
    "conflict": Conflict("taken", "Taken."),
    "overtaken": Conflict("stale_version", "Somebody was faster."),
    "missing": Http404("secret words"),
    "denied": PermissionDenied("secret words"),
    "django": ValidationError({"name": ["Too odd."]}),
    "large": RequestDataTooBig("secret words"),
    "suspicious": SuspiciousOperation("secret words"),
    "throttled": exceptions.Throttled(wait=2.3),
}


def visible_teams(principal: Any) -> Any:
    """All but South: stands for rows of an account that one does not see."""
    return Team.objects.exclude(name="South")


class DetailSerializer(StrictSerializer):
    color = serializers.CharField(max_length=9)


class ThingSerializer(StrictSerializer):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=50)
    parent = VisibleIdField(visible=visible_teams, required=False)
    friends = VisibleIdsField(visible=visible_teams, required=False, write_only=True)
    details = DetailSerializer(many=True, required=False, write_only=True)


class ThingFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(max_length=20)
    below = django_filters.UUIDFilter(field_name="parent_id")


class ThingViewSet(ScopedViewSet):
    policy = {
        "list": "things:read",
        "retrieve": "things:read",
        "create": "things:write",
        "partial_update": "things:write",
        "fail": "things:read",
        "rename": "things:write",
    }
    parameters = {"fail": frozenset({"how"})}
    serializer_class = ThingSerializer
    filterset_class = ThingFilter
    orderings = {"name": ("name", "id"), "-name": ("-name", "-id")}
    row_fields = ("id",)

    def get_queryset(self) -> Any:
        return visible_teams(self.principal)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self._versioned())

    def create(self, request: Any) -> Response:
        body = self.body()
        return Response({key: str(value) for key, value in body.items()}, status=201)

    def partial_update(self, request: Any, id: Any) -> Response:
        self._versioned()
        return Response({"expected": self.expected_version()})

    @action(detail=False, url_path="fail")
    def fail(self, request: Any) -> Response:
        raise FAILURES[request.query_params["how"]]

    @action(detail=False, url_path="forgotten")
    def forgotten(self, request: Any) -> Response:
        return Response("never reached: the policy does not name this action")

    @action(detail=True, methods=["post"])
    def rename(self, request: Any, id: Any) -> Response:
        return Response(Team.objects.filter(pk=self.get_object().pk).update(name=self.body()["name"]))

    def _versioned(self) -> Team:
        team = self.get_object()
        team.version = 7
        return team


router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("things", ThingViewSet, "thing")
urlpatterns = [path("api/v1/", include(router.urls)), path("api/v1/", include("kam.api_urls"))]
handler404 = "kam.core.views.not_found"
