"""What a touchpoint looks like in the API: its body, its answer, its filters."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts import selectors as account_selectors
from accounts.api.fields import ExternalRefSerializer, in_bounds
from kam.api.fields import KNOWN, InstantField, VisibleIdField, VisibleIdsField, optional_text
from kam.api.filters import ListFilters, MomentFilter
from kam.api.serializers import StrictSerializer
from kam.people.selectors import staff
from touchpoints.enums import Direction, Expectation, Initiative, TouchpointStatus
from touchpoints.models import Channel, Touchpoint, TouchpointType

MOST_SMALL, MOST_INTEGER = 32_767, 2_147_483_647  # what the columns hold
LOGGED_AS = [(one.value, one.label) for one in (TouchpointStatus.COMPLETED, TouchpointStatus.PLANNED)]


def colleagues(principal: Any) -> QuerySet[Any]:
    return staff()


def sentiment(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=-2, max_value=2, required=False, allow_null=True, **kwargs)


def whole(most: int, **kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=most, required=False, allow_null=True, **kwargs)


class WordField(serializers.SlugRelatedField[Any]):
    """A word of the catalogue by its key; of many items, looked up among the words read once (KNOWN)."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.model = queryset.model
        super().__init__(slug_field="key", queryset=queryset)

    def to_internal_value(self, data: Any) -> Any:
        if KNOWN not in self.context or not isinstance(data, str):
            return super().to_internal_value(data)
        if data not in self.context[KNOWN][self.model]:
            self.fail("does_not_exist", slug_name="key", value=data)
        return self.context[KNOWN][self.model][data]


class TouchpointSerializer(StrictSerializer):
    """An interaction that took place, or is planned. Name the account by `account` or by `account_ref`."""

    id = serializers.UUIDField(read_only=True)
    account = VisibleIdField(visible=account_selectors.accounts, source="account_id", required=False)
    account_ref = ExternalRefSerializer(required=False, write_only=True)
    type = WordField(TouchpointType.objects.all())
    channel = WordField(Channel.objects.all())
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    initiative = serializers.ChoiceField(choices=Initiative.choices, required=False)
    status = serializers.ChoiceField(
        choices=LOGGED_AS, required=False, help_text="planned: an appointment, its time is to come."
    )
    occurred_at = InstantField(validators=[in_bounds])
    planned_for = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="The time of its appointment, if it was one."
    )
    duration_minutes = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)
    subject = optional_text(300)
    notes = optional_text(20_000)
    sentiment_start = sentiment(help_text="How it started, −2…+2.")
    sentiment_end = sentiment(help_text="How it ended, −2…+2.")
    expectation = serializers.ChoiceField(choices=Expectation.choices, required=False, allow_blank=True)
    next_step = optional_text(300)
    episode = optional_text(100)
    handoffs = whole(MOST_SMALL, help_text="How often the customer was handed on.")
    wait_minutes = whole(MOST_INTEGER, help_text="How long the customer waited.")
    resolved_first_contact = serializers.BooleanField(required=False, allow_null=True)
    source = serializers.CharField(max_length=50, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    contacts = VisibleIdsField(visible=account_selectors.contacts, required=False, write_only=True)
    staff = VisibleIdsField(visible=colleagues, required=False, write_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)


class TouchpointAnswer(TouchpointSerializer):
    """A touchpoint as it is answered; `created` only after POST."""

    status = serializers.ChoiceField(choices=TouchpointStatus.choices, read_only=True)
    contacts = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    staff = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    created = serializers.BooleanField(required=False)  # the document calls what is read only always there


class TouchpointFilter(ListFilters):
    account = filters.UUIDFilter(field_name="account_id")
    type = filters.CharFilter(field_name="type__key", max_length=40)
    group = filters.CharFilter(
        field_name="type__group_links__group__name",
        lookup_expr="iexact",
        max_length=60,
        help_text="The name of a group of types.",
    )
    channel = filters.CharFilter(field_name="channel__key", max_length=40)
    direction = filters.ChoiceFilter(choices=Direction.choices)
    status = filters.ChoiceFilter(choices=TouchpointStatus.choices)
    episode = filters.CharFilter(field_name="episode", max_length=100)
    occurred_from = MomentFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_to = MomentFilter(field_name="occurred_at", lookup_expr="lt")
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = Touchpoint
        fields: ClassVar[list[str]] = []
