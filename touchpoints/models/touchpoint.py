"""Any interaction with a customer, by any channel."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.history import keep_history
from accounts.models import Contact
from accounts.scoped import AccountScoped
from kam.api.tombstones import buried
from kam.core.alike import Fold
from kam.core.ids import uuid_key
from kam.people.models import User
from touchpoints.enums import COUNTED_DIRECTIONS, Direction, Expectation, Initiative, TouchpointStatus
from touchpoints.models.catalogue import Channel, TouchpointType


@keep_history(exclude=["changed_at"])
class Touchpoint(AccountScoped):
    """What happened, when, with whom, and how it felt.

    Sentiment −2…+2 is set by a person, None where nobody said. A touchpoint is counted contact when
    it is completed, inbound or two-way, and of a type counted by the purpose in question.
    `planned_for` is the time of its appointment, None where it was none: until it took place, `occurred_at`.
    """

    id = uuid_key()
    type = models.ForeignKey(TouchpointType, models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    initiative = models.CharField(_("initiative"), max_length=8, choices=Initiative)
    status = models.CharField(max_length=12, choices=TouchpointStatus, default=TouchpointStatus.COMPLETED)
    occurred_at = models.DateTimeField(_("when"))
    planned_for = models.DateTimeField(null=True, blank=True, editable=False)
    duration_minutes = models.PositiveIntegerField(_("duration in minutes"), null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=20_000)
    sentiment_start = models.SmallIntegerField(_("how it started"), null=True, blank=True)
    sentiment_end = models.SmallIntegerField(_("how it ended"), null=True, blank=True)
    expectation = models.CharField(_("expectation"), max_length=8, choices=Expectation, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    episode = models.CharField(_("matter"), max_length=100, blank=True)
    handoffs = models.PositiveSmallIntegerField(_("hand-overs"), null=True, blank=True)
    wait_minutes = models.PositiveIntegerField(_("wait in minutes"), null=True, blank=True)
    resolved_first_contact = models.BooleanField(_("resolved at first contact"), null=True, blank=True)
    source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    contacts = models.ManyToManyField(Contact, through="TouchpointContact", related_name="touchpoints")
    staff = models.ManyToManyField(User, through="TouchpointStaff", related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="touchpoint_account_id"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="touchpoint_external_id_once"
            ),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="touchpoint_direction_known"),
            models.CheckConstraint(condition=Q(initiative__in=Initiative.values), name="touchpoint_initiative_known"),
            models.CheckConstraint(condition=Q(status__in=TouchpointStatus.values), name="touchpoint_status_known"),
            models.CheckConstraint(
                condition=Q(expectation__in=["", *Expectation.values]), name="touchpoint_expectation_known"
            ),
            models.CheckConstraint(
                condition=Q(sentiment_start__isnull=True) | Q(sentiment_start__range=(-2, 2)),
                name="touchpoint_sentiment_start_range",
            ),
            models.CheckConstraint(
                condition=Q(sentiment_end__isnull=True) | Q(sentiment_end__range=(-2, 2)),
                name="touchpoint_sentiment_end_range",
            ),
            models.CheckConstraint(
                condition=Q(status=TouchpointStatus.COMPLETED)
                | Q(planned_for__isnull=False, planned_for=models.F("occurred_at")),
                name="touchpoint_appointment_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=TouchpointStatus.COMPLETED)
                | Q(sentiment_start__isnull=True, sentiment_end__isnull=True, expectation=""),
                name="touchpoint_only_completed_is_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-occurred_at", "-id"], name="touchpoint_account_newest"),
            models.Index(fields=["-occurred_at", "-id"], name="touchpoint_newest"),
            # What is ahead, and what waits to be told how it went: few rows, whatever the history.
            models.Index(
                fields=["account", "occurred_at", "id"],
                name="touchpoint_planned",
                condition=Q(status=TouchpointStatus.PLANNED),
            ),
            models.Index(
                fields=["account", "episode", "occurred_at", "id"], name="touchpoint_episode", condition=~Q(episode="")
            ),
            models.Index(fields=["changed_at", "id"], name="touchpoint_changed"),
            GinIndex(
                OpClass(Fold("subject"), "gin_trgm_ops"), name="touchpoint_subject_trigram", condition=~Q(subject="")
            ),
            # The newest counted contact of an account without reading the uncounted ones.
            models.Index(
                fields=["account", "-occurred_at", "-id"],
                name="touchpoint_counted_newest",
                condition=Q(status=TouchpointStatus.COMPLETED, direction__in=COUNTED_DIRECTIONS),
            ),
        ]
        triggers = [buried("touchpoint")]

    def __str__(self) -> str:
        return self.subject or f"{self.type_id} at {self.occurred_at:%Y-%m-%d}"


@keep_history()
class TouchpointContact(AccountScoped):
    """A contact who took part. Composite foreign keys hold both ends to the same account (migration)."""

    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="contact_links")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["touchpoint", "contact"], name="touchpoint_contact_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.touchpoint_id}"


@keep_history()
class TouchpointStaff(AccountScoped):
    """A colleague of ours who took part."""

    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="staff_links")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["touchpoint", "user"], name="touchpoint_staff_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.touchpoint_id}"
