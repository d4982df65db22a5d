"""Who read what is sensitive, and why."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models.contact import Contact
from accounts.scoped import AccountScoped
from kam.people.models import User


class SensitiveRead(AccountScoped):
    """Somebody had the sensitive fields of a contact shown; never changed, and it outlives the contact."""

    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    fields = ArrayField(models.CharField(max_length=50))
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="sensitive_read_reason_given")]
        indexes = [
            models.Index(fields=["account", "-read_at", "-id"], name="sensitive_read_account"),
            models.Index(fields=["-read_at", "-id"], name="sensitive_read_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} at {self.read_at:%Y-%m-%d %H:%M}"
