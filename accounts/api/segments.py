"""/api/v1/segments: groups of accounts served alike."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.models import Segment
from kam.api.views import ScopedViewSet


class SegmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class SegmentViewSet(ScopedViewSet):
    """Segments; they are no secret among those who may put accounts into them."""

    policy = {"list": "accounts:read", "retrieve": "accounts:read"}
    serializer_class = SegmentSerializer
    orderings = {"name": ("name", "id")}
    row_fields = ("id", "name")

    def get_queryset(self) -> QuerySet[Segment]:
        return Segment.objects.all()
