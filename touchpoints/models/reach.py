"""Reach without a person: advertising, visits of our site. Counted, and of no account."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kam.core.ids import uuid_key
from kam.core.tracking import tracked
from kam.people.models import User
from touchpoints.models.catalogue import Channel, TouchpointType


@tracked(exclude=["changed_at"])
class Reach(models.Model):
    """How many a campaign reached on a day, by which type and channel. It touches no pulse, staleness or health."""

    id = uuid_key()
    type = models.ForeignKey(TouchpointType, models.PROTECT, related_name="+", verbose_name=_("type"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name=_("channel"))
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    occurred_on = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("reached"))
    notes = models.TextField(_("notes"), blank=True, max_length=2000)
    source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="reach_counts_somebody"),
            models.CheckConstraint(condition=Q(external_id="") | ~Q(source=""), name="reach_external_id_has_source"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="reach_external_id_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-occurred_on", "-id"], name="reach_newest"),
            models.Index(fields=["campaign", "-occurred_on", "-id"], name="reach_campaign_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign or self.type_id} on {self.occurred_on:%Y-%m-%d}"
