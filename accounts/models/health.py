"""How an account is doing: weights, the current result, and what it was on earlier days."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Band, Tier
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


class HealthResult(AccountScoped):
    """The current result. `readings` maps a signal's key to its reading 0–100 (absent: no evidence).

    `weights` are those it was computed with; `weight_present` is the share of weight with a reading.
    """

    account = models.OneToOneField("accounts.Account", models.CASCADE, primary_key=True, related_name="health_result")
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=8, choices=Band)
    readings = models.JSONField()
    weights = models.JSONField()
    weight_present = models.FloatField()
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.score} ({self.band})"


class HealthSnapshot(AccountScoped):
    """Score and band from a day on (reporting zone), written when they changed.

    A date's value is the last snapshot on or before it.
    """

    on = models.DateField()
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=8, choices=Band)
    weight_present = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "on"], name="health_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.score} on {self.on}"


class HealthDirty(models.Model):
    """Accounts that a bulk writer touched: recomputed by the worker, removed if the generation is unchanged."""

    account_id = models.UUIDField(primary_key=True)
    generation = models.BigIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.account_id)
