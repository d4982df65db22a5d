"""/api/v1/channels and /api/v1/touchpoint-types: the words to log with."""

from collections import defaultdict
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from kam.api.filters import ListFilters
from kam.api.views import Rows, ScopedViewSet
from touchpoints.enums import ChannelMode, Direction, Initiative, Phase, Purpose
from touchpoints.models import Channel, TouchpointType, TypeInGroup, TypeSkill


class ChannelSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    mode = serializers.ChoiceField(choices=ChannelMode.choices)
    default_direction = serializers.ChoiceField(choices=Direction.choices)
    position = serializers.IntegerField()
    is_active = serializers.BooleanField(help_text="False: retired, offered to nobody any more.")
    version = serializers.IntegerField()


class TouchpointTypeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    phase = serializers.ChoiceField(choices=Phase.choices)
    default_initiative = serializers.ChoiceField(choices=Initiative.choices)
    moment_of_truth = serializers.BooleanField()
    counts_for = serializers.ListField(child=serializers.ChoiceField(choices=Purpose.choices))
    customer_expects = serializers.CharField()
    promise = serializers.CharField(help_text="What we promise the customer.")
    procedure = serializers.CharField(help_text="How it is done, a step a line.")
    decides_alone = serializers.CharField(help_text="What whoever does it may settle alone.")
    escalates_to = serializers.CharField(help_text="Who settles the rest.")
    position = serializers.IntegerField()
    is_active = serializers.BooleanField(help_text="False: retired, offered to nobody any more.")
    version = serializers.IntegerField()
    groups = serializers.SerializerMethodField(help_text="Names of the free groupings it is in.")
    required_skills = serializers.SerializerMethodField(help_text="What whoever does it should be able to do.")

    def get_groups(self, obj: TouchpointType) -> list[str]:
        return sorted(group.name for group in obj.groups.all())

    def get_required_skills(self, obj: TouchpointType) -> list[UUID]:
        return sorted(skill.pk for skill in obj.required_skills.all())


MANY = ("groups", "required_skills")


class TouchpointTypeFilter(ListFilters):
    group = filters.CharFilter(
        field_name="group_links__group__name", lookup_expr="iexact", max_length=60, help_text="The name of a group."
    )

    class Meta:
        model = TouchpointType
        fields: ClassVar[list[str]] = []


class ChannelViewSet(ScopedViewSet):
    """Media: phone, email, meeting …"""

    policy = {"list": "touchpoints:read", "retrieve": "touchpoints:read"}
    serializer_class = ChannelSerializer
    orderings = {"position": ("position", "id"), "key": ("key", "id")}
    row_fields = tuple(ChannelSerializer().fields)

    def get_queryset(self) -> QuerySet[Channel]:
        return Channel.objects.all()


class TouchpointTypeViewSet(ScopedViewSet):
    """Kinds of interaction, with how they are done."""

    policy = {"list": "touchpoints:read", "retrieve": "touchpoints:read"}
    serializer_class = TouchpointTypeSerializer
    filterset_class = TouchpointTypeFilter
    orderings = {"position": ("position", "id"), "key": ("key", "id")}
    row_fields = tuple(name for name in TouchpointTypeSerializer().fields if name not in MANY)

    def get_queryset(self) -> QuerySet[TouchpointType]:
        return TouchpointType.objects.all()

    def render_rows(self, rows: Rows) -> Rows:
        ids = [row["id"] for row in rows]
        groups, skills = defaultdict[UUID, list[str]](list), defaultdict[UUID, list[UUID]](list)
        in_groups = TypeInGroup.objects.filter(type__in=ids).order_by("group__name", "id")
        for type_id, name in in_groups.values_list("type_id", "group__name"):
            groups[type_id].append(name)
        required = TypeSkill.objects.filter(type__in=ids).order_by("skill_id")
        for type_id, skill_id in required.values_list("type_id", "skill_id"):
            skills[type_id].append(skill_id)
        return [
            {**row, "groups": groups[row["id"]], "required_skills": skills[row["id"]]}
            for row in super().render_rows(rows)
        ]
