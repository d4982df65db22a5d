"""Files that belong to a touchpoint: the offer, the minutes, a photograph of the broken part."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.history import keep_history
from accounts.scoped import AccountScoped
from kam.core.ids import uuid_key
from kam.people.models import User
from touchpoints.models.touchpoint import Touchpoint

MAX_BYTES = 25 * 2**20


@keep_history()
class Attachment(AccountScoped):
    """A file as it was sent, stored under the SHA-256 of its content; `name` is what people call it.

    A composite foreign key holds it to the account of its touchpoint (migration).
    """

    id = uuid_key()
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=200)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["touchpoint", "sha256"], name="attachment_once"),
            models.CheckConstraint(condition=Q(size_bytes__range=(1, MAX_BYTES)), name="attachment_size_range"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stored_as(self) -> str:
        """Its name in the storage."""
        return f"attachments/{self.sha256}"
