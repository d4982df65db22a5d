"""What people note on an account, and which ones they keep at hand."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.history import keep_history
from accounts.scoped import AccountScoped
from kam.core.ids import uuid_key
from kam.people.models import User

MOST_TEXT = 5_000


@keep_history(exclude=["changed_at"])
class Note(AccountScoped):
    """A remark for whoever works on the account; a pinned one stands first."""

    id = uuid_key()
    text = models.TextField(_("note"))
    pinned = models.BooleanField(_("pinned"), default=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), MOST_TEXT)), name="note_text_length"
            )
        ]
        indexes = [models.Index(fields=["account", "-pinned", "-created_at", "-id"], name="note_account")]

    def __str__(self) -> str:
        return self.text[:60]


class Favourite(AccountScoped):
    """An account that somebody keeps at hand."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.account_id} of {self.user_id}"


class Visit(AccountScoped):
    """When somebody last opened an account's page; one row for both, so that it never grows with use."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="visit_once")]
        indexes = [models.Index(fields=["user", "-opened_at", "-id"], name="visit_newest")]

    def __str__(self) -> str:
        return f"{self.account_id} by {self.user_id}"
