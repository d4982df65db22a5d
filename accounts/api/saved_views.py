"""/api/v1/saved-views: the lists of accounts that people keep, so that a program can run one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Sharing
from accounts.exports import fields_shown
from accounts.filters import AccountFilter
from accounts.list_state import Opened, opened
from accounts.models import Account, SavedView
from accounts.saved_views import get_view, saved_views
from kam.api.views import Row, Rows, ScopedViewSet
from kam.core import clock


class SavedViewSerializer(serializers.Serializer[Any]):
    """A view as the caller may use it: what it asks, never accounts."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = serializers.UUIDField(help_text="Who made it.")
    sharing = serializers.ChoiceField(choices=Sharing.choices)
    team = serializers.UUIDField(allow_null=True, help_text="With whom it is shared, where that is a team.")
    filters = serializers.DictField(child=serializers.CharField(), help_text="Those of POST /exports.")
    columns = serializers.ListField(child=serializers.CharField(), help_text="What it shows: those of POST /exports.")
    query = serializers.CharField(help_text="All of it as parameters of the account list's page.")
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Filters and columns of it that the caller may not use, in words."
    )
    changed_at = serializers.DateTimeField()


class SavedViewViewSet(ScopedViewSet):
    """The caller's own views and those shared with them. They are made and changed on the page of accounts."""

    policy = {"list": "accounts:read", "retrieve": "accounts:read"}
    serializer_class = SavedViewSerializer
    filter_backends = ()
    orderings = {"name": ("name", "id")}
    row_fields = ("id", "name", "owner_id", "sharing", "team_id", "filters", "ordering", "columns", "changed_at")

    def get_queryset(self) -> QuerySet[SavedView]:
        return saved_views(self.principal)

    def render_rows(self, rows: Rows) -> Rows:
        return self._shown([SavedView(**{name: row[name] for name in self.row_fields}) for row in rows])

    def retrieve(self, request: Request, id: UUID) -> Response:  # type: ignore[override]
        return Response(self._shown([get_view(self.principal, id)])[0])

    def _shown(self, views: list[SavedView]) -> Rows:
        """However many: what the caller may ask for is read once."""
        seen = Account.objects.visible_to(self.principal)
        filters = AccountFilter({}, seen, principal=self.principal, now=clock.now())
        return [_row(opened(view, filters)) for view in views]


def _row(one: Opened) -> Row:
    view, state = one.view, one.state
    return {
        "id": view.pk,
        "name": view.name,
        "owner": view.owner_id,
        "sharing": view.sharing,
        "team": view.team_id,
        "filters": dict(state.filters),
        "columns": fields_shown(state.columns),
        "query": state.query(),
        "left_out": list(one.left_out),
        "changed_at": view.changed_at,
    }
