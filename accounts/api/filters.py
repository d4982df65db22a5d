"""What the lists of the API can be narrowed by. An unknown value answers 400, never everything."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from accounts import criteria
from accounts.enums import Band, Lifecycle, Relation, Tier
from accounts.models import Account, Contact
from kam.api.filters import ListFilters, MomentFilter
from kam.core import clock
from kam.core.folding import fold


class AccountFilter(ListFilters):
    search = filters.CharFilter(method="by_search", max_length=200, help_text="Part of the name.")
    owner = filters.UUIDFilter(field_name="owner_id")
    team = filters.UUIDFilter(field_name="team_id")
    segment = filters.UUIDFilter(field_name="segment_id")
    tier = filters.ChoiceFilter(choices=Tier.choices)
    health_band = filters.ChoiceFilter(choices=Band.choices)
    lifecycle = filters.ChoiceFilter(choices=Lifecycle.choices)
    tag = filters.CharFilter(method="by_tag", max_length=40, help_text="Name of a tag; case and accents aside.")
    stale = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="by_stale")
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []

    def by_search(self, accounts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return accounts.filter(name_sort__contains=fold(value))

    def by_tag(self, accounts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return accounts.filter(criteria.is_tagged(Q(tag__name_sort=fold(value)), principal=self.request.principal))

    def by_stale(self, accounts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        now = clock.now()
        if value == "true":
            return accounts.filter(stale_at__lt=now)
        return accounts.filter(Q(stale_at__isnull=True) | Q(stale_at__gte=now))


class ContactFilter(ListFilters):
    search = filters.CharFilter(method="by_search", max_length=200, help_text="Part of the name, or the whole email.")
    account = filters.UUIDFilter(field_name="account_id")
    relation = filters.ChoiceFilter(choices=Relation.choices)
    updated_since = MomentFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = []

    def by_search(self, contacts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return contacts.filter(Q(name_sort__contains=fold(value)) | Q(email__iexact=value.strip()))
