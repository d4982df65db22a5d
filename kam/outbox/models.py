"""What must still happen, as rows: written in the transaction of its cause, so neither is lost alone."""

from django.db import models
from django.db.models.functions import Now


class Lane(models.TextChoices):
    """One queue each, so that a slow mail server holds up no database work."""

    DB = "db", "Effects in our own database"
    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhooks"


class OutboxMessage(models.Model):
    """One effect to bring about. Open while neither `done_at` nor `dead_at` is set.

    `attempts` counts claims, so that a row that kills its worker runs out of tries as well.
    """

    topic = models.CharField(max_length=100)
    lane = models.CharField(max_length=16, choices=Lane, default=Lane.DB)
    destination = models.CharField(max_length=200, blank=True)  # at most 2 in flight to each
    dedup_key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(lane__in=Lane.values), name="outbox_lane_known"),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(dead_at=None), name="outbox_done_or_dead"
            ),
            models.CheckConstraint(
                condition=models.Q(lease_until=None, lease_token=None)
                | models.Q(lease_until__isnull=False, lease_token__isnull=False),
                name="outbox_lease_is_paired",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "available_at", "id"],
                condition=models.Q(done_at=None, dead_at=None),
                name="outbox_open",
            ),
            models.Index(fields=["done_at"], condition=models.Q(done_at__isnull=False), name="outbox_done"),
            models.Index(fields=["topic"], condition=models.Q(dead_at__isnull=False), name="outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"


class Watermark(models.Model):
    """Up to which instant a periodic job has planned; `heartbeat` is when the last tick ran."""

    name = models.CharField(max_length=100, primary_key=True)
    done_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} until {self.done_until.isoformat()}"
