"""Channels and kinds of interaction: data an administrator can change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kam.core.ids import uuid_key
from touchpoints.enums import ChannelMode, Direction, Initiative, Phase, Purpose


class Channel(models.Model):
    """A medium: phone, email, meeting …"""

    id = uuid_key()
    key = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=100)
    mode = models.CharField(max_length=8, choices=ChannelMode)
    default_direction = models.CharField(max_length=8, choices=Direction, default=Direction.OUTBOUND)
    icon = models.CharField(max_length=40, default="message-circle")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="channel_key_once"),
            models.CheckConstraint(condition=Q(mode__in=ChannelMode.values), name="channel_mode_known"),
            models.CheckConstraint(condition=Q(default_direction__in=Direction.values), name="channel_direction_known"),
        ]

    def __str__(self) -> str:
        return self.name


class TouchpointType(models.Model):
    """A kind of interaction. `counts_for` names the cadence purposes for which it is counted contact."""

    id = uuid_key()
    key = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=100)
    phase = models.CharField(max_length=8, choices=Phase)
    default_initiative = models.CharField(max_length=8, choices=Initiative)
    moment_of_truth = models.BooleanField(default=False)
    counts_for = ArrayField(models.CharField(max_length=16, choices=Purpose), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="touchpoint_type_key_once"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="touchpoint_type_phase_known"),
            models.CheckConstraint(
                condition=Q(default_initiative__in=Initiative.values), name="touchpoint_type_initiative_known"
            ),
            models.CheckConstraint(
                condition=Q(counts_for__contained_by=Purpose.values), name="touchpoint_type_counts_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
