"""How often an account wants to hear from us, what follows from it, and what was missed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from accounts.history import keep_history
from accounts.models import Segment
from accounts.scoped import AccountScoped
from kam.api.tombstones import buried
from kam.core.ids import uuid_key
from kam.core.stamping import changed_at_column, stamped
from kam.core.tracking import tracked
from kam.people.models import User
from touchpoints.enums import CheckInSource, CheckInStatus, Escalation, Purpose
from touchpoints.models.touchpoint import Touchpoint


def monday_to_friday() -> list[int]:
    """ISO weekdays."""
    return [1, 2, 3, 4, 5]


class Intervals(models.Model):
    """Days (24 h each) between counted contacts: the ideal, and the maximum before an account is stale.

    `working_days` are ISO weekdays; a check-in falls on one of them.
    """

    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, default=Purpose.OPERATIONAL)
    ideal_days = models.PositiveSmallIntegerField(_("ideal days"))
    maximum_days = models.PositiveSmallIntegerField(_("maximum days"))
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)

    class Meta:
        abstract = True


def interval_constraints(prefix: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name=f"{prefix}_purpose_known"),
        models.CheckConstraint(
            condition=Q(ideal_days__gte=1, maximum_days__gte=F("ideal_days")), name=f"{prefix}_ideal_within_maximum"
        ),
        models.CheckConstraint(
            condition=Q(working_days__len__gte=1, working_days__contained_by=[1, 2, 3, 4, 5, 6, 7]),
            name=f"{prefix}_working_days_known",
        ),
    ]


@tracked()
class CadencePolicy(Intervals):
    """The cadence of a segment, of a tier, or (with neither) of everybody else."""

    id = uuid_key()
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(max_length=1, choices=Tier, blank=True)

    class Meta:
        constraints = [
            *interval_constraints("policy"),
            models.CheckConstraint(condition=Q(segment__isnull=True) | Q(tier=""), name="policy_segment_or_tier"),
            models.UniqueConstraint(fields=["purpose", "segment", "tier"], nulls_distinct=False, name="policy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.segment or self.tier or 'default'}: {self.ideal_days}/{self.maximum_days}"


@keep_history()
class AccountCadence(Intervals, AccountScoped):
    """An account's own cadence: beats its segment's and its tier's."""

    class Meta:
        constraints = [
            *interval_constraints("own_cadence"),
            models.UniqueConstraint(fields=["account", "purpose"], name="own_cadence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.purpose}: {self.ideal_days}/{self.maximum_days}"


class CadenceState(AccountScoped):
    """The pulse of a purpose other than operational, whose pulse is the account's own: kept by `reconcile`.

    A row for each purpose that has a cadence at the account, or a check-in planned by hand. `last_touch_at` is the
    last contact counted for the purpose (None: never), `stale_at` when the silence since becomes too long.
    """

    purpose = models.CharField(max_length=16, choices=Purpose)
    last_touch_at = models.DateTimeField(null=True, blank=True)
    stale_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "purpose"], name="cadence_state_once"),
            models.CheckConstraint(
                condition=Q(purpose__in=[Purpose.BUSINESS_REVIEW, Purpose.EXECUTIVE]),
                name="cadence_state_purpose_known",
            ),
        ]
        indexes = [models.Index(fields=["purpose", "stale_at", "account"], name="cadence_state_stale")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.purpose}: stale at {self.stale_at}"


class CheckIn(AccountScoped):
    """A planned proactive touchpoint.

    For cadence `source_id` is the purpose and `period_on` the local date of the anchor: the last
    counted contact, or the account's first day. `fulfilled_by` is the touchpoint that closed it.

    What a person decided stays while the period does: the day chosen instead of the cadence's
    (`rescheduled_on`), that it is left out (`skip_reason`), who does it (`assigned_to`; None: the owner).
    """

    id = uuid_key()
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.OPERATIONAL)
    source = models.CharField(max_length=12, choices=CheckInSource, default=CheckInSource.CADENCE)
    source_id = models.CharField(max_length=64)
    period_on = models.DateField()
    due_on = models.DateField(_("due"))
    status = models.CharField(max_length=12, choices=CheckInStatus, default=CheckInStatus.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    fulfilled_by = models.ForeignKey(Touchpoint, models.SET_NULL, null=True, blank=True, related_name="+")
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    rescheduled_on = models.DateField(null=True, blank=True)
    reschedule_reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    skip_reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True, db_default=models.functions.Now())
    changed_at = changed_at_column()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "source", "source_id", "period_on"], name="check_in_once"),
            models.UniqueConstraint(
                fields=["account", "purpose"], condition=Q(status=CheckInStatus.OPEN), name="check_in_one_open"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="check_in_purpose_known"),
            models.CheckConstraint(condition=Q(source__in=CheckInSource.values), name="check_in_source_known"),
            models.CheckConstraint(condition=Q(status__in=CheckInStatus.values), name="check_in_status_known"),
            models.CheckConstraint(
                condition=Q(status=CheckInStatus.OPEN, closed_at__isnull=True, fulfilled_by__isnull=True)
                | ~Q(status=CheckInStatus.OPEN) & Q(closed_at__isnull=False),
                name="check_in_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(rescheduled_on__isnull=True, reschedule_reason="")
                | Q(rescheduled_on__isnull=False, rescheduled_on=F("due_on")),
                name="check_in_due_as_rescheduled",
            ),
            models.CheckConstraint(
                condition=Q(status=CheckInStatus.SKIPPED) & ~Q(skip_reason="")
                | ~Q(status=CheckInStatus.SKIPPED) & Q(skip_reason=""),
                name="check_in_skipped_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="check_in_due", condition=Q(status=CheckInStatus.OPEN)),
            models.Index(fields=["changed_at", "id"], name="check_in_changed"),
        ]
        triggers = [buried("check_in"), stamped()]

    def __str__(self) -> str:
        return f"{self.purpose} check-in due {self.due_on}"


class StaleFlag(AccountScoped):
    """Silence beyond the maximum. `anchor_at` is what the silence counts from, `stale_at` when it became too long.

    `escalation`: the owner knows at once; the leader of the team follows, then the next leader up the tree.
    """

    id = uuid_key()
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.OPERATIONAL)
    anchor_at = models.DateTimeField()
    stale_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_touchpoint = models.ForeignKey(Touchpoint, models.SET_NULL, null=True, blank=True, related_name="+")
    escalation = models.PositiveSmallIntegerField(choices=Escalation, default=Escalation.OWNER, db_default=0)
    escalated_at = models.DateTimeField(null=True, blank=True)
    changed_at = changed_at_column()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "purpose", "anchor_at"], name="stale_flag_once"),
            models.UniqueConstraint(
                fields=["account", "purpose"], condition=Q(closed_at__isnull=True), name="stale_flag_one_open"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="stale_flag_purpose_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(closed_by_touchpoint__isnull=True),
                name="stale_flag_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(escalation=Escalation.OWNER, escalated_at__isnull=True)
                | Q(escalation__in=[Escalation.LEADER, Escalation.NEXT_LEADER], escalated_at__isnull=False),
                name="stale_flag_escalation_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at", "id"], name="stale_flag_open", condition=Q(closed_at__isnull=True)),
            # What the sweep may have to escalate; what cannot rise any more is not in it.
            models.Index(
                fields=["escalation", "opened_at"],
                name="stale_flag_to_escalate",
                condition=Q(closed_at__isnull=True, escalation__lt=Escalation.NEXT_LEADER),
            ),
            models.Index(fields=["changed_at", "id"], name="stale_flag_changed"),
        ]
        triggers = [buried("stale_flag"), stamped()]

    def __str__(self) -> str:
        return f"stale since {self.stale_at:%Y-%m-%d}"
