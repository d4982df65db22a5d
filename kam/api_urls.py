"""REST API version 1. Each resource is one viewset with a `policy` (action → scope)."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from kam.api.docs import DocsView, OpenApiView
from kam.api.resources import MeView, TeamViewSet, UserViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)  # viewsets say lookup_value_converter = "uuid"
router.register("teams", TeamViewSet, "team")
router.register("users", UserViewSet, "user")

urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("me", MeView.as_view(), name="me"),
    *router.urls,
]
