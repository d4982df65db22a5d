"""A customer organisation, or one not yet."""

from datetime import date
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.duplicates.sql import CORE
from accounts.enums import Band, Lifecycle, LifecycleEventKind, MemberRole, Tier
from accounts.history import keep_history
from accounts.rollup_marks import marked_accounts
from accounts.scoped import AccountScoped, ScopedManager, SkipsUniqueValidation
from kam.api.tombstones import buried_account
from kam.core.ids import uuid_key
from kam.exchange.models import ImportJob
from kam.people.models import Team, User

# Kept by the writing services and the sweep; no edit of a person, so neither version nor history.
PULSE_FIELDS = ("last_touch_at", "stale_at", "health", "health_band", "changed_at")


def domain_of(website: Any) -> Func:
    """www.example.com of https://www.Example.com/about is example.com; duplicates/sql.py says the same."""
    address = Value(r"^(https?://)?(www\.)?([^/:?#]*).*$")
    return Func(Lower(website), address, Value(r"\3"), function="regexp_replace", output_field=models.CharField())


class CoreName(Func):
    """A name without its legal form, as duplicates/sql.py compares them: another text there needs another index."""

    template = CORE.format(name="%(expressions)s")
    output_field = models.CharField()


class Segment(models.Model):
    """A group of accounts served alike."""

    id = uuid_key()
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="segment_name_once")]

    def __str__(self) -> str:
        return self.name


@keep_history(exclude=PULSE_FIELDS, account_id="pgh_obj_id")
class Account(SkipsUniqueValidation):
    """Who is served, by whom, and the pulse: the last counted touchpoint and what follows from it.

    `company_revenue` is theirs, `account_revenue` ours over the trailing 12 months; both in
    `currency`. `stale_at` is the last counted touchpoint (or `silent_since_on`) plus the cadence's
    maximum; None where no cadence applies or nothing is known. `version` rises on edits only.
    `silence_from_on`: no silence counts before that day, such as that of the import of an old customer.
    """

    id = uuid_key()
    name = models.CharField(_("name"), max_length=200)
    name_sort = models.CharField(max_length=200, editable=False)  # accents and case folded: lists sort by it
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    lifecycle = models.CharField(_("lifecycle"), max_length=16, choices=Lifecycle, default=Lifecycle.ACTIVE)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    silence_from_on = models.DateField(_("silence counts from"), null=True, blank=True)
    renewal_on = models.DateField(_("renewal"), null=True, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    company_revenue = models.DecimalField(_("their revenue"), max_digits=14, decimal_places=2, null=True, blank=True)
    account_revenue = models.DecimalField(_("account revenue"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    acquired_via = models.CharField(_("acquired via"), max_length=100, blank=True)

    last_touch_at = models.DateTimeField(null=True, blank=True, editable=False)
    stale_at = models.DateTimeField(null=True, blank=True, editable=False)
    health = models.SmallIntegerField(null=True, blank=True, editable=False)
    health_band = models.CharField(max_length=8, choices=Band, default=Band.UNKNOWN, editable=False)

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    imported_by = models.ForeignKey(  # what made it; None: a person or a program did
        ImportJob, models.PROTECT, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        indexes = [
            models.Index(fields=["imported_by", "id"], name="account_imported", condition=Q(imported_by__isnull=False)),
            models.Index(fields=["name_sort", "id"], name="account_name"),
            models.Index(fields=["health", "id"], name="account_health"),
            models.Index(fields=["stale_at", "id"], name="account_stale"),
            models.Index(fields=["last_touch_at", "id"], name="account_last_touch"),
            models.Index(fields=["account_revenue", "id"], name="account_revenue"),
            models.Index(fields=["changed_at", "id"], name="account_changed"),
            GinIndex(OpClass("name_sort", "gin_trgm_ops"), name="account_name_trigram"),
            GinIndex(OpClass(CoreName("name_sort"), "gin_trgm_ops"), name="account_core_trigram"),
            models.Index(CoreName("name_sort"), name="account_core"),
            models.Index(domain_of(F("website")), name="account_domain", condition=~Q(website="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="account_name_given"),
            models.CheckConstraint(condition=Q(tier__in=["", *Tier.values]), name="account_tier_known"),
            models.CheckConstraint(condition=Q(lifecycle__in=Lifecycle.values), name="account_lifecycle_known"),
            models.CheckConstraint(condition=Q(health_band__in=Band.values), name="account_band_known"),
            models.CheckConstraint(
                condition=Q(health__isnull=True) | Q(health__range=(0, 100)), name="account_health_range"
            ),
            models.CheckConstraint(
                condition=Q(health__isnull=True, health_band="unknown")
                | (Q(health__isnull=False) & ~Q(health_band="unknown")),
                name="account_band_goes_with_health",
            ),
            models.CheckConstraint(
                condition=(Q(account_revenue__isnull=True) | Q(account_revenue__gte=0))
                & (Q(company_revenue__isnull=True) | Q(company_revenue__gte=0)),
                name="account_revenue_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="account_not_own_parent"
            ),
        ]
        triggers = [buried_account("account"), *marked_accounts()]

    def __str__(self) -> str:
        return self.name

    @property
    def silent_since_on(self) -> date | None:
        """What the silence of one that was never touched counts from; as touchpoints/sql.py says it."""
        return max(filter(None, (self.customer_since, self.silence_from_on)), default=None)


@keep_history()
class AccountMember(AccountScoped):
    """A colleague on the account team: sees the account, in a role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=24, choices=MemberRole, default=MemberRole.KEY_ACCOUNT_MANAGER)
    created_at = models.DateTimeField(null=True, blank=True)  # None: joined before this was kept
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="member_once"),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="member_role_known"),
        ]
        indexes = [models.Index(fields=["user", "account"], name="member_user_account")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.account_id}"


class ExternalId(AccountScoped):
    """What another system calls the account; importing twice never doubles."""

    source = models.CharField(max_length=50)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="external_id_once"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(external_id=""), name="external_id_given"),
        ]
        indexes = [models.Index(fields=["external_id"], name="external_id_alone")]  # people search without a source

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class LifecycleEvent(AccountScoped):
    """When an account was won, lost, regained or merged; the census is derived from these.

    `subject_id` is whose turn it was, where accounts were merged: the absorbed one's stay its own though they belong
    to the survivor now (None: the account's). `counted_on` is the day that counted when they were merged.
    """

    kind = models.CharField(max_length=8, choices=LifecycleEventKind)
    occurred_on = models.DateField()
    assumed = models.BooleanField(default=False)  # nobody said since when: the day we learnt of it
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    subject_id = models.UUIDField(null=True)
    counted_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LifecycleEventKind.values), name="lifecycle_event_kind_known")
        ]
        indexes = [models.Index(fields=["account", "occurred_on", "id"], name="lifecycle_event_account")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.occurred_on}"
