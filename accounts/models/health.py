"""How an account is doing: weights, the current result, and what it was on earlier days."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Band, Tier
from accounts.rollup_marks import marked_snapshots
from accounts.scoped import AccountScoped
from kam.core.tracking import tracked


@tracked()
class HealthProfile(models.Model):
    """How much each signal weighs, per tier; the profile without a tier serves all others.

    `weights` maps a signal's key to its weight; a registered signal that is missing uses its default.
    """

    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    weights = models.JSONField(_("weights"), default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier"], name="health_profile_tier_once"),
            models.CheckConstraint(condition=Q(tier__in=["", *Tier.values]), name="health_profile_tier_known"),
        ]

    def __str__(self) -> str:
        return self.tier or "default"


@tracked()
class HealthRules(models.Model):
    """What holds for the health of all accounts: one row at most, without it the defaults.

    `vital_cap` keeps the band of an account in vital trouble at amber at best (accounts/health/caps.py).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    vital_cap = models.BooleanField(_("vital cap"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="health_rules_once")]

    def __str__(self) -> str:
        return f"vital cap {'on' if self.vital_cap else 'off'}"


class HealthResult(AccountScoped):
    """The current result. `readings` maps a signal's key to its reading 0–100 (absent: no evidence).

    `weights` are those it was computed with; `weight_present` is the share of weight with a reading.
    `capped_by` names what keeps the band at amber though the score is green; empty where nothing does.
    """

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="health_result")
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=8, choices=Band)
    capped_by = models.CharField(max_length=32, blank=True, default="", db_default="")
    readings = models.JSONField()
    weights = models.JSONField()
    weight_present = models.FloatField()
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.score} ({self.band})"


class HealthSnapshot(AccountScoped):
    """Score and band from a day on (reporting zone), written when they changed.

    A date's value is the last snapshot on or before it. `readings` are those behind the score, so that a
    move can be put down to a signal; None in snapshots older than this column.
    """

    on = models.DateField()
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=8, choices=Band)
    weight_present = models.FloatField()
    readings = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "on"], name="health_snapshot_once")]
        indexes = [models.Index(fields=["on", "account"], name="health_snapshot_day")]  # what a turn of the day moves
        triggers = marked_snapshots()

    def __str__(self) -> str:
        return f"{self.score} on {self.on}"


class HealthDirty(models.Model):
    """Accounts that a bulk writer touched: recomputed by the worker, removed if the generation is unchanged."""

    account_id = models.UUIDField(primary_key=True)
    generation = models.BigIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.account_id)
