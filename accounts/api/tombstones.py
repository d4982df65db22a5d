"""/api/v1/tombstones: what was deleted, for whoever keeps a copy."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from accounts.tombstones import tombstones
from kam.api.filters import ListFilters, MomentFilter
from kam.api.models import Tombstone
from kam.api.permissions import ANY_SCOPE
from kam.api.tombstones import kinds
from kam.api.views import Rows, ScopedViewSet


def kind_choices() -> list[tuple[str, str]]:
    return [(kind, kind) for kind in sorted(kinds())]


class TombstoneSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=kind_choices())
    id = serializers.UUIDField(help_text="Of the object that is gone.")
    account = serializers.UUIDField()
    deleted_at = serializers.DateTimeField()


class TombstoneFilter(ListFilters):
    kind = filters.ChoiceFilter(choices=kind_choices)
    updated_since = MomentFilter(field_name="deleted_at", lookup_expr="gte")

    class Meta:
        model = Tombstone
        fields: ClassVar[list[str]] = []


class TombstoneViewSet(ScopedViewSet):
    """What was deleted of the accounts that the caller sees, of the kinds that its token may read."""

    policy = {"list": ANY_SCOPE}
    serializer_class = TombstoneSerializer
    filterset_class = TombstoneFilter
    orderings = {"deleted_at": ("deleted_at", "id"), "-deleted_at": ("-deleted_at", "-id")}
    row_fields = ("kind", "object_id", "account_id", "deleted_at")

    def get_queryset(self) -> QuerySet[Tombstone]:
        readable = [kind for kind, scope in kinds().items() if self.principal.may(scope)]
        asked = self.request.query_params.get("kind")
        if asked in kinds() and asked not in readable:
            raise PermissionDenied
        return tombstones(self.principal).filter(kind__in=readable)

    def render_rows(self, rows: Rows) -> Rows:
        return [
            {
                "kind": row["kind"],
                "id": row["object_id"],
                "account": row["account_id"],
                "deleted_at": row["deleted_at"],
            }
            for row in rows
        ]
