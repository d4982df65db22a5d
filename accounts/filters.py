"""The filters of the account list, read from the query string."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, UUIDFilter

from accounts import criteria
from accounts.at_hand import only_favourites, only_recent
from accounts.census import Turn, turned
from accounts.choices import indented, names_offered
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES, Band, Lifecycle, Tier
from accounts.models import Account
from kam.core.errors import BadInput
from kam.exchange.selectors import import_jobs
from kam.people.principal import Principal

NONE = "none"
FURTHER = ("lifecycle", "segment", "tag")  # asked for now and then: one click away from the others
CUSTOMERS = "customer"
STALE = [("true", _("Stale")), ("soon", _("Stale within a week")), ("false", _("Not stale"))]
AT_HAND = [("favourite", _("Favourites")), ("recent", _("Opened last"))]
MOVED = [
    ("down", _("Down in 30 days")),
    ("up", _("Up in 30 days")),
    ("down_90", _("Down in 90 days")),
    ("up_90", _("Up in 90 days")),
    ("down_365", _("Down in a year")),
    ("up_365", _("Up in a year")),
]


def moved_value(way: str, days: int) -> str:
    """The value of the filter `moved` for a way ("down" or "up") and one of criteria.PERIODS."""
    return way if days == criteria.MOVE_DAYS else f"{way}_{days}"


class AccountFilter(FilterSet):
    """Narrows accounts to what the query string asks for; a team includes the teams below it.

    `chosen()` raises BadInput for a value that is not offered: a silently ignored filter would show
    more than was asked for.
    """

    search = CharFilter(method="by_search", label=_("Search"), max_length=200)
    owner = ChoiceFilter(field_name="owner_id", label=_("Owner"), null_label=_("No owner"), null_value=NONE)
    team = ChoiceFilter(method="by_team", label=_("Team"), null_label=_("No team"), null_value=NONE)
    tier = ChoiceFilter(
        method="by_tier", label=_("Tier"), choices=Tier.choices, null_label=_("No tier"), null_value=NONE
    )
    health_band = ChoiceFilter(label=_("Health"), choices=Band.choices)
    lifecycle = ChoiceFilter(
        method="by_lifecycle", label=_("Lifecycle"), choices=[(CUSTOMERS, _("Customers")), *Lifecycle.choices]
    )
    segment = ChoiceFilter(field_name="segment_id", label=_("Segment"), null_label=_("No segment"), null_value=NONE)
    tag = ChoiceFilter(method="by_tag", label=_("Tag"))
    stale = ChoiceFilter(method="by_stale", label=_("Silence"), choices=STALE)
    moved = ChoiceFilter(method="by_move", label=_("Moved"), choices=MOVED)
    at_hand = ChoiceFilter(method="by_hand", label=_("At hand"), choices=AT_HAND)
    turned = CharFilter(method="by_turn", label=_("Census"), max_length=40)
    imported = UUIDFilter(method="by_import", label=_("Import"))

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []

    def __init__(self, data: Any, queryset: QuerySet[Account], *, principal: Principal, now: datetime) -> None:
        super().__init__(data, queryset)
        self.principal, self.now = principal, now
        self.tree, offered = names_offered(principal)
        for name, choices in offered.items():
            self.filters[name].extra["choices"] = choices
        self.filters["team"].extra["choices"] = indented(self.tree.offered(principal))

    def chosen(self) -> QuerySet[Account]:
        if not self.form.is_valid():
            field = next(iter(self.form.errors))
            words = _("The filter “%(name)s” has a value this list does not know.") % {"name": self.word_for(field)}
            raise BadInput("unknown_filter", str(words), field=field)
        return self.qs

    @property
    def usual(self) -> list[BoundField]:
        return [field for field in self.form if field.name not in FURTHER]

    @property
    def further(self) -> list[BoundField]:
        return [self.form[name] for name in FURTHER]

    def in_force(self) -> list[tuple[str, str, str]]:
        """(parameter, word, value in words) of every filter that narrows the list."""
        found = []
        for name, value in self.form.cleaned_data.items():
            if value:
                field = self.form.fields[name]
                words = dict(field.choices) if hasattr(field, "choices") else {}
                word, said = str(field.label), str(words.get(value, value)).strip()
                said = self._words[name](value) if name in self._words else said
                found.append((name, word, said.removeprefix(f"{word} ")))  # "Tier: A", not "Tier: Tier A"
        return found

    @property
    def _words(self) -> dict[str, Callable[[Any], str]]:
        """What the values of filters mean that are no choices."""
        return {"turned": lambda value: Turn.parse(value).words, "imported": self._file_of}

    def _file_of(self, job_id: UUID) -> str:
        job = import_jobs(self.principal).filter(pk=job_id).first()
        return job.filename if job else str(_("of somebody else"))

    def admits(self, name: str, value: str) -> bool:
        """Whether the list knows this filter and offers its reader this value; no query."""
        try:
            if name == "turned":
                Turn.parse(value)
            return name in self.filters and bool(self.form.fields[name].clean(value))
        except (BadInput, ValidationError):
            return False

    def word_for(self, name: str) -> str:
        """What the filter is called; also of one there no longer is."""
        return str(self.form.fields[name].label) if name in self.filters else str(_("a filter"))

    def by_search(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return accounts.filter(criteria.is_called(value, principal=self.principal))

    def by_team(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        if value == NONE:
            return accounts.filter(team__isnull=True)
        return accounts.filter(team_id__in=self.tree.subtree(UUID(value)))

    def by_tier(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return accounts.filter(tier="" if value == NONE else value)

    def by_lifecycle(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return accounts.filter(lifecycle__in=CUSTOMER_LIFECYCLES if value == CUSTOMERS else [value])

    def by_tag(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return accounts.filter(criteria.is_tagged(Q(tag_id=value), principal=self.principal))

    def by_stale(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        if value == "soon":
            return accounts.filter(criteria.is_stale_soon(self.now))
        stale = criteria.is_stale(self.now)
        return accounts.filter(stale) if value == "true" else accounts.exclude(stale)

    def by_move(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        way, _, days = value.partition("_")
        on = reporting_day(self.now) - timedelta(days=int(days or criteria.MOVE_DAYS))
        condition = criteria.MOVED_DOWN if way == "down" else criteria.MOVED_UP
        return criteria.with_earlier_health(accounts, on=on).filter(condition)

    def by_hand(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        narrow = only_favourites if value == "favourite" else only_recent
        return narrow(accounts, self.principal)

    def by_import(self, accounts: QuerySet[Account], name: str, value: UUID) -> QuerySet[Account]:
        """Those that an import made; whoever does not see it finds none, as with one that never was."""
        jobs = import_jobs(self.principal).select_related(None).filter(pk=value)
        return accounts.filter(imported_by__in=jobs.values("pk"))

    def by_turn(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        """Those that a census counts as won, regained, lost or merged: a figure of its page opens them."""
        turn = Turn.parse(value)
        return accounts.filter(pk__in=turned(self.principal, kind=turn.kind, since=turn.since, on=turn.on))
