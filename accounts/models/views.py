"""A way of looking at the account list that somebody keeps: filters, columns and order, never rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.enums import Sharing
from kam.core.ids import uuid_key
from kam.people.models import Team, User

MOST_NAME = 60


class SavedView(models.Model):
    """`filters` are parameters of the list's address. Whoever opens it sees the accounts that they see anyway."""

    id = uuid_key()
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=MOST_NAME)
    sharing = models.CharField(max_length=8, choices=Sharing, default=Sharing.OWN)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    filters = models.JSONField(default=dict)
    ordering = models.CharField(max_length=40)
    columns = ArrayField(models.CharField(max_length=40))
    position = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="view_name_once"),
            models.CheckConstraint(
                condition=~Q(name="") & Q(LessThanOrEqual(Length("name"), MOST_NAME)), name="view_name_given"
            ),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="view_sharing_known"),
            models.CheckConstraint(
                condition=Q(sharing=Sharing.TEAM, team__isnull=False)
                | (~Q(sharing=Sharing.TEAM) & Q(team__isnull=True)),
                name="view_team_goes_with_sharing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StartView(models.Model):
    """The view with which somebody's list opens."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.view_id} of {self.user_id}"
