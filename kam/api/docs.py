"""The OpenAPI document and the page to read it: the contract, without anyone's data, for anyone."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.reference import Reference, read
from kam.core.policy import Who, policy


class OpenApiView(SpectacularJSONAPIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def _get_schema_response(self, request: Request) -> Response:
        return Response(_document(settings.ROOT_URLCONF, get_language()))


@policy(GET=Who.ANYONE)
def docs_page(request: HttpRequest) -> HttpResponse:
    """The reference of the API, with what to do first on top; it needs no script."""
    context = {
        "reference": _reference(settings.ROOT_URLCONF, get_language()),
        "api": request.build_absolute_uri("/api/v1"),
    }
    return render(request, "api/docs.html", context)


@lru_cache(maxsize=8)
def _document(urlconf: str, language: str | None) -> dict[str, Any]:
    """Made once per process and language: it walks every view (seconds), anybody may ask for it, and nothing in it
    depends on data.
    """
    document: dict[str, Any] = SchemaGenerator(urlconf=urlconf).get_schema(public=True)
    return document


@lru_cache(maxsize=8)
def _reference(urlconf: str, language: str | None) -> Reference:
    return read(_document(urlconf, language))
