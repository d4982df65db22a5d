"""A route that declares no policy stops `manage.py check`, and with it the server, as it must."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from kam.core.policy import Who, policy


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@policy(GET=Who.SIGNED_IN)
def declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class HalfDeclared(ViewSet):
    policy = {"list": "accounts:read"}

    def list(self, request: Request) -> Response:
        return Response([])

    def create(self, request: Request) -> Response:
        return Response({})

    def shout(self, request: Request) -> Response:
        return Response({})


SITES = {
    "web view": path("forgotten/", forgotten, name="forgotten"),
    "API method": path("things", HalfDeclared.as_view({"get": "list", "post": "create"}), name="things"),
    "API action": path("things/shout", HalfDeclared.as_view({"post": "shout"}), name="shout"),
}


@pytest.mark.parametrize("kind", SITES)
def test_undeclared_route_stops_the_check(settings, kind: str) -> None:
    settings.ROOT_URLCONF = (path("", include("kam.urls")), SITES[kind])
    with pytest.raises(SystemCheckError, match="kam.E001") as error:
        call_command("check", tags=["urls"])
    assert str(error.value).count("kam.E001") == 1


def test_declared_route_passes_the_check(settings) -> None:
    settings.ROOT_URLCONF = (
        path("", include("kam.urls")),
        path("declared/", declared, name="declared"),
        path("things", HalfDeclared.as_view({"get": "list"}), name="things"),
    )
    call_command("check", tags=["urls"])
