from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    OPERATIONAL = "operational", _("Operational")
    BUSINESS_REVIEW = "business_review", _("Business review")
    EXECUTIVE = "executive", _("Executive")


class ChannelMode(models.TextChoices):
    DIGITAL = "digital", _("Digital")
    PHYSICAL = "physical", _("Physical")


class Phase(models.TextChoices):
    BEFORE = "before", _("Before purchase")
    DURING = "during", _("During purchase")
    AFTER = "after", _("After purchase")


class Direction(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    TWO_WAY = "two_way", _("Two-way")


COUNTED_DIRECTIONS = (Direction.INBOUND, Direction.TWO_WAY)


class Initiative(models.TextChoices):
    DIRECT = "direct", _("Direct")  # steered by us
    INDIRECT = "indirect", _("Indirect")  # the customer's occasion


class TouchpointStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


class Expectation(models.TextChoices):
    MISSED = "missed", _("Missed")
    MET = "met", _("Met")
    EXCEEDED = "exceeded", _("Exceeded")


class CheckInSource(models.TextChoices):
    CADENCE = "cadence", _("Cadence")
    PLAN = "plan", _("Account plan")
    JOURNEY = "journey", _("Journey")
    RECOVERY = "recovery", _("Recovery")
    HAND = "hand", _("By hand")


class CheckInStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", _("Cancelled")


class Escalation(models.IntegerChoices):
    """Who has been told of a silence that is too long."""

    OWNER = 0, _("Owner")
    LEADER = 1, _("Leader of the team")
    NEXT_LEADER = 2, _("Next leader")
