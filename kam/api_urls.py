"""REST API version 1. Each resource is one viewset with a `policy` (action → scope)."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api.accounts import AccountViewSet
from accounts.api.by_external import AccountByExternalViewSet, ContactByExternalViewSet
from accounts.api.census import CensusViewSet
from accounts.api.contacts import ContactViewSet
from accounts.api.exports import ExportViewSet
from accounts.api.imports import ImportViewSet
from accounts.api.members import MemberViewSet, ReassignViewSet
from accounts.api.merging import (
    AccountDuplicateViewSet,
    AccountMergeViewSet,
    ContactDuplicateViewSet,
    ContactMergeViewSet,
    MergeViewSet,
)
from accounts.api.portfolio import PortfolioViewSet
from accounts.api.saved_views import SavedViewViewSet
from accounts.api.search import SearchViewSet
from accounts.api.segments import SegmentViewSet
from accounts.api.tombstones import TombstoneViewSet
from kam.api.docs import OpenApiView, docs_page
from kam.api.resources import MeView, SkillViewSet, TeamViewSet, UserViewSet
from touchpoints.api.bulk import TouchpointBulkViewSet
from touchpoints.api.by_external import TouchpointByExternalViewSet
from touchpoints.api.cadence import CheckInViewSet, StaleFlagViewSet
from touchpoints.api.cadence_policies import CadencePolicyViewSet
from touchpoints.api.catalogue import ChannelViewSet, TouchpointTypeViewSet
from touchpoints.api.reach import ReachViewSet
from touchpoints.api.stale import StaleViewSet
from touchpoints.api.touchpoints import TouchpointViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)  # viewsets say lookup_value_converter = "uuid"
router.register("accounts", AccountViewSet, "account")
router.register("contacts", ContactViewSet, "contact")
router.register("touchpoints", TouchpointViewSet, "touchpoint")
router.register("touchpoint-types", TouchpointTypeViewSet, "touchpoint-type")
router.register("channels", ChannelViewSet, "channel")
router.register("reach", ReachViewSet, "reach")
router.register("check-ins", CheckInViewSet, "check-in")
router.register("stale-flags", StaleFlagViewSet, "stale-flag")
router.register("cadence-policies", CadencePolicyViewSet, "cadence-policy")
router.register("saved-views", SavedViewViewSet, "saved-view")
router.register("segments", SegmentViewSet, "segment")
router.register("skills", SkillViewSet, "skill")
router.register("exports", ExportViewSet, "export")
router.register("imports", ImportViewSet, "import")
router.register("teams", TeamViewSet, "team")
router.register("users", UserViewSet, "user")

urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs/", docs_page, name="api_docs"),
    path("me", MeView.as_view(), name="me"),
    path("search", SearchViewSet.as_view({"get": "search"}), name="search-list"),
    path("accounts/census", CensusViewSet.as_view({"get": "census"}), name="account-census"),
    path("dashboard/portfolio", PortfolioViewSet.as_view({"get": "portfolio"}), name="dashboard-portfolio"),
    path("accounts/reassign", ReassignViewSet.as_view({"post": "reassign"}), name="account-reassign"),
    *(
        entry
        for kind, merging, duplicates in (
            ("account", AccountMergeViewSet, AccountDuplicateViewSet),
            ("contact", ContactMergeViewSet, ContactDuplicateViewSet),
        )
        for entry in (
            path(f"{kind}s/<uuid:id>/merge", merging.as_view({"post": "merge"}), name=f"{kind}-merge"),
            path(f"{kind}s/duplicates", duplicates.as_view({"get": "list"}), name=f"{kind}-duplicate-list"),
            path(
                f"{kind}s/duplicates/<uuid:id>/dismiss",
                duplicates.as_view({"post": "dismiss"}),
                name=f"{kind}-duplicate-dismiss",
            ),
        )
    ),
    path("merges", MergeViewSet.as_view({"get": "list"}), name="merge-list"),
    path("merges/<uuid:id>", MergeViewSet.as_view({"get": "retrieve"}), name="merge-detail"),
    path("merges/<uuid:id>/undo", MergeViewSet.as_view({"post": "undo"}), name="merge-undo"),
    path("accounts/<uuid:id>/members", MemberViewSet.as_view({"get": "list"}), name="account-member-list"),
    path(
        "accounts/<uuid:id>/members/<uuid:user_id>",
        MemberViewSet.as_view({"put": "assign", "delete": "remove"}),
        name="account-member",
    ),
    path("touchpoints/bulk", TouchpointBulkViewSet.as_view({"post": "log"}), name="touchpoint-bulk"),
    path("accounts/stale", StaleViewSet.as_view({"get": "stale"}), name="account-stale"),
    *(
        path(
            f"{kind}s/by-external/<str:source>/<path:external_id>",  # ids of other systems may hold slashes
            viewset.as_view({"get": "retrieve", "put": "upsert"}),
            name=f"{kind}-by-external",
        )
        for kind, viewset in (
            ("account", AccountByExternalViewSet),
            ("contact", ContactByExternalViewSet),
            ("touchpoint", TouchpointByExternalViewSet),
        )
    ),
    path("tombstones", TombstoneViewSet.as_view({"get": "list"}), name="tombstone-list"),
    *router.urls,
]
