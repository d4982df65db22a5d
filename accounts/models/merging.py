"""Rows that mean the same: which may do, which were merged, and what that moved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import MergeKind
from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.scoped import AccountScoped
from kam.core.ids import uuid_key
from kam.people.models import User


class Merge(AccountScoped):
    """One account, or one contact, became part of another; whoever sees what is left sees this.

    The absorbed row is gone: its address, its external ids and its history lead here. `journal` is what undoing
    needs: the row itself, the values taken from it, and per table what moved and what had to give way. `account`
    is that of the survivor, and moves on where that is absorbed in turn.
    """

    id = uuid_key()
    kind = models.CharField(max_length=8, choices=MergeKind)
    survivor_id = models.UUIDField()
    absorbed_id = models.UUIDField()
    absorbed_name = models.CharField(max_length=201)
    source = models.CharField(max_length=50, blank=True)  # of an absorbed contact: what other systems go on calling it
    external_id = models.CharField(max_length=200, blank=True)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    journal = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MergeKind.values), name="merge_kind_known"),
            models.CheckConstraint(condition=~Q(survivor_id=F("absorbed_id")), name="merge_of_two"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | Q(undone_by__isnull=True), name="merge_undone_has_time"
            ),
            models.UniqueConstraint(
                fields=["absorbed_id"], condition=Q(undone_at__isnull=True), name="merge_absorbed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-merged_at", "-id"], name="merge_account"),
            models.Index(fields=["survivor_id"], name="merge_survivor"),
            models.Index(fields=["absorbed_id"], name="merge_absorbed"),
            models.Index(fields=["external_id"], name="merge_external_id", condition=~Q(external_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_name} into {self.survivor_id}"


class Pair(AccountScoped):
    """Two rows that may mean the same, each pair once. `score` 0–100; `reasons` are keys of duplicates/reasons.py.

    A dismissed pair is kept, so that nobody is asked again.
    """

    id = uuid_key()
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


def pair_constraints(first: str, prefix: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=[first, "other"], name=f"{prefix}_once"),
        models.CheckConstraint(condition=Q(**{f"{first}__lt": F("other")}), name=f"{prefix}_in_order"),
        models.CheckConstraint(condition=Q(score__range=(1, 100)), name=f"{prefix}_score_range"),
        models.CheckConstraint(
            condition=Q(dismissed_at__isnull=False) | Q(dismissed_by__isnull=True), name=f"{prefix}_dismissed_has_time"
        ),
    ]


class AccountPair(Pair):
    """Two accounts that may be one customer; seen by whoever sees both."""

    other = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("other account"))

    class Meta:
        constraints = pair_constraints("account", "account_pair")
        indexes = [
            models.Index(fields=["-score", "id"], name="account_pair_open", condition=Q(dismissed_at__isnull=True)),
            models.Index(fields=["other", "account"], name="account_pair_other"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} and {self.other_id}: {self.score}"


class ContactPair(Pair):
    """Two contacts of one account that may be one person."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    other = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("other contact"))

    class Meta:
        constraints = pair_constraints("contact", "contact_pair")
        indexes = [
            models.Index(fields=["-score", "id"], name="contact_pair_open", condition=Q(dismissed_at__isnull=True)),
            models.Index(fields=["other", "contact"], name="contact_pair_other"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} and {self.other_id}: {self.score}"
