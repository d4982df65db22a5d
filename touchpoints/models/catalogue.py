"""Channels and kinds of interaction: data an administrator can change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kam.core.ids import uuid_key
from kam.core.tracking import tracked
from kam.people.models import Skill
from touchpoints.enums import ChannelMode, Direction, Initiative, Phase, Purpose


class Entry(models.Model):
    """What channels and types have in common: a key for programs, a name for people, a place in every list.

    One that is not active is offered to nobody any more; what was logged with it keeps it.
    """

    id = uuid_key()
    key = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


@tracked()
class Channel(Entry):
    """A medium: phone, email, meeting …"""

    mode = models.CharField(_("mode"), max_length=8, choices=ChannelMode)
    default_direction = models.CharField(
        _("usual direction"), max_length=8, choices=Direction, default=Direction.OUTBOUND
    )
    icon = models.CharField(_("picture"), max_length=40, default="message-circle")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="channel_key_once"),
            models.CheckConstraint(condition=~Q(name=""), name="channel_name_given"),
            models.CheckConstraint(condition=Q(mode__in=ChannelMode.values), name="channel_mode_known"),
            models.CheckConstraint(condition=Q(default_direction__in=Direction.values), name="channel_direction_known"),
        ]


@tracked()
class TypeGroup(models.Model):
    """A free grouping of touchpoint types, made by naming it; a type may be in several."""

    id = uuid_key()
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="type_group_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="type_group_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class TouchpointType(Entry):
    """A kind of interaction. `counts_for` names the cadence purposes for which it is counted contact.

    `procedure` is how it is done, a step a line; `decides_alone` and `escalates_to` say what whoever does
    it may settle, and who settles the rest.
    """

    phase = models.CharField(_("phase"), max_length=8, choices=Phase)
    default_initiative = models.CharField(_("usual initiative"), max_length=8, choices=Initiative)
    moment_of_truth = models.BooleanField(_("moment of truth"), default=False)
    counts_for = ArrayField(
        models.CharField(max_length=16, choices=Purpose),
        verbose_name=_("counted contact for"),
        default=list,
        blank=True,
    )
    customer_expects = models.CharField(_("what the customer expects"), max_length=500, blank=True, db_default="")
    promise = models.CharField(_("our promise"), max_length=500, blank=True, db_default="")
    procedure = models.TextField(_("procedure"), max_length=4000, blank=True, db_default="")
    decides_alone = models.CharField(_("decided alone"), max_length=500, blank=True, db_default="")
    escalates_to = models.CharField(_("escalates to"), max_length=200, blank=True, db_default="")
    groups = models.ManyToManyField(TypeGroup, through="TypeInGroup", related_name="+")
    required_skills = models.ManyToManyField(Skill, through="TypeSkill", related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="touchpoint_type_key_once"),
            models.CheckConstraint(condition=~Q(name=""), name="touchpoint_type_name_given"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="touchpoint_type_phase_known"),
            models.CheckConstraint(
                condition=Q(default_initiative__in=Initiative.values), name="touchpoint_type_initiative_known"
            ),
            models.CheckConstraint(
                condition=Q(counts_for__contained_by=Purpose.values), name="touchpoint_type_counts_known"
            ),
        ]

    @property
    def has_procedure(self) -> bool:
        """Whether there is anything to read before doing it."""
        return any((self.customer_expects, self.promise, self.procedure, self.decides_alone, self.escalates_to))


@tracked()
class TypeInGroup(models.Model):
    type = models.ForeignKey(TouchpointType, models.CASCADE, related_name="group_links")
    group = models.ForeignKey(TypeGroup, models.CASCADE, related_name="type_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "group"], name="type_in_group_once")]

    def __str__(self) -> str:
        return f"{self.type_id} in {self.group_id}"


@tracked()
class TypeSkill(models.Model):
    """Whoever does it should have this skill."""

    type = models.ForeignKey(TouchpointType, models.CASCADE, related_name="skill_links")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "skill"], name="type_skill_once")]

    def __str__(self) -> str:
        return f"{self.type_id} needs {self.skill_id}"
