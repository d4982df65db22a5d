"""/api/v1/channels and /api/v1/touchpoint-types: the words to log with."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from kam.api.views import ScopedViewSet
from touchpoints.enums import ChannelMode, Direction, Initiative, Phase, Purpose
from touchpoints.models import Channel, TouchpointType


class ChannelSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    mode = serializers.ChoiceField(choices=ChannelMode.choices)
    default_direction = serializers.ChoiceField(choices=Direction.choices)


class TouchpointTypeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    phase = serializers.ChoiceField(choices=Phase.choices)
    default_initiative = serializers.ChoiceField(choices=Initiative.choices)
    moment_of_truth = serializers.BooleanField()
    counts_for = serializers.ListField(child=serializers.ChoiceField(choices=Purpose.choices))


class ChannelViewSet(ScopedViewSet):
    """Media: phone, email, meeting …"""

    policy = {"list": "touchpoints:read", "retrieve": "touchpoints:read"}
    serializer_class = ChannelSerializer
    orderings = {"position": ("position", "id"), "key": ("key", "id")}
    row_fields = tuple(ChannelSerializer().fields)

    def get_queryset(self) -> QuerySet[Channel]:
        return Channel.objects.all()


class TouchpointTypeViewSet(ScopedViewSet):
    """Kinds of interaction."""

    policy = {"list": "touchpoints:read", "retrieve": "touchpoints:read"}
    serializer_class = TouchpointTypeSerializer
    orderings = {"position": ("position", "id"), "key": ("key", "id")}
    row_fields = tuple(TouchpointTypeSerializer().fields)

    def get_queryset(self) -> QuerySet[TouchpointType]:
        return TouchpointType.objects.all()
