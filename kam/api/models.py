"""What the API remembers between requests: answers to repeat, objects that are gone, calls per minute."""

from django.db import models

from kam.core.ids import uuid_key
from kam.people.models import User


class IdempotencyKey(models.Model):
    """The answer to a POST that carried this key; written in the transaction of what the POST wrote."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # of address and body
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.status} at {self.created_at:%Y-%m-%d %H:%M}"


class Tombstone(models.Model):
    """That an object was deleted. Ids only: what it held lives in the history.

    `owner_id` and `team_id` are kept where the account itself is gone, and nothing else could say who saw it.
    """

    id = uuid_key()
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    account_id = models.UUIDField()
    owner_id = models.UUIDField(null=True, blank=True)
    team_id = models.UUIDField(null=True, blank=True)
    deleted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="tombstone_once")]
        indexes = [models.Index(fields=["deleted_at", "id"], name="tombstone_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class RateWindow(models.Model):
    """How often a token or an address called in its current minute. The table is unlogged: losing it costs nothing."""

    subject = models.CharField(max_length=64, primary_key=True)
    minute = models.BigIntegerField()  # since 1970
    calls = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.subject}: {self.calls}"
