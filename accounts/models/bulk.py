"""What was done to many accounts at once, kept until it can no longer be taken back."""

from django.db import models
from django.db.models import Q

from accounts.enums import BulkKind, BulkStatus
from accounts.models.tags import Tag
from accounts.scoped import AccountScoped
from kam.core.ids import uuid_key
from kam.people.models import User


class BulkChange(models.Model):
    """One deed: `owner` is whom the accounts were given to (None: nobody), `tag` what was put on or taken off."""

    id = uuid_key()
    kind = models.CharField(max_length=8, choices=BulkKind)
    status = models.CharField(max_length=8, choices=BulkStatus, default=BulkStatus.RUNNING)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BulkKind.values), name="bulk_kind_known"),
            models.CheckConstraint(condition=Q(status__in=BulkStatus.values), name="bulk_status_known"),
            models.CheckConstraint(
                condition=Q(kind=BulkKind.REASSIGN, tag__isnull=True)
                | (~Q(kind=BulkKind.REASSIGN) & Q(tag__isnull=False, owner__isnull=True)),
                name="bulk_kind_goes_with_what",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="bulk_change_oldest")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.created_by_id}"


class BulkLine(AccountScoped):
    """An account of a deed. `changed`: None, it waits its turn; False, it was left as it was. `before`: its owner."""

    change = models.ForeignKey(BulkChange, models.CASCADE, related_name="+")
    changed = models.BooleanField(null=True)
    before = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "account"], name="bulk_line_once")]
        indexes = [
            models.Index(fields=["change", "account"], condition=Q(changed__isnull=True), name="bulk_line_waiting"),
            models.Index(fields=["change", "account"], condition=Q(changed=True), name="bulk_line_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} of {self.change_id}"
