"""Words that people put on accounts to find them together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.scoped import AccountScoped
from kam.core.ids import uuid_key
from kam.people.models import User

MOST_NAME = 40


class Tag(models.Model):
    """A word of the company's; `name_sort` has accents and case folded, so that none is there twice."""

    id = uuid_key()
    name = models.CharField(max_length=MOST_NAME)
    name_sort = models.CharField(max_length=MOST_NAME, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name_sort"], name="tag_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(name_sort=""), name="tag_named"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountTag(AccountScoped):
    """An account bears a tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "tag"], name="account_tag_once")]
        indexes = [models.Index(fields=["tag", "account"], name="account_tag_tagged")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.account_id}"


class TagChange(AccountScoped):
    """What an account was tagged with, or lost, at once: by the names of then, whatever becomes of the tags.

    Kept apart from row history, which never tells of what was inserted.
    """

    tagged_at = models.DateTimeField()
    tagged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added = ArrayField(models.CharField(max_length=MOST_NAME), default=list)
    removed = ArrayField(models.CharField(max_length=MOST_NAME), default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(added=[], removed=[]), name="tag_change_tells")]
        indexes = [models.Index(fields=["account", "-tagged_at", "-id"], name="tag_change_account")]

    def __str__(self) -> str:
        return f"{self.added} on, {self.removed} off {self.account_id}"
