"""An export too large to be sent at once: what was asked for, how far it is, and until when its file is kept."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kam.core.ids import uuid_key
from kam.exchange.enums import ENDED, JobStatus
from kam.exchange.exports.enums import Format
from kam.exchange.exports.registry import export_kinds
from kam.people.models import User


class ExportJob(models.Model):
    """Written in parts, one per chunk, so that it goes on where it stopped: `last_id` is the last row of the last part.

    `sight` is what decided which accounts its maker saw; once that is another, neither work nor file go on.
    """

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=32)
    filters = models.JSONField(default=dict)
    columns = ArrayField(models.CharField(max_length=64))
    format = models.CharField(max_length=4, choices=Format)
    status = models.CharField(max_length=9, choices=JobStatus, default=JobStatus.QUEUED)
    failure = models.CharField(max_length=500, blank=True)
    sight = models.CharField(max_length=64)
    total = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    last_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="export_status_known"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="export_format_known"),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, finished_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(finished_at__isnull=True)),
                name="export_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["created_by", "-created_at", "-id"], name="export_newest_own"),
            models.Index(fields=["-created_at", "-id"], name="export_newest"),
            models.Index(fields=["expires_at"], condition=Q(parts__gt=0), name="export_expiring"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def kind_label(self) -> str:
        return next((str(kind.label) for kind in export_kinds() if kind.key == self.kind), self.kind)

    @property
    def filename(self) -> str:
        return f"{self.kind}-{self.created_at:%Y-%m-%d}.{self.format}"

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def progress(self) -> int:
        """Of the rows there were when it was asked for, in percent."""
        if self.status == JobStatus.DONE:
            return 100
        return min(99, 100 * self.written // self.total) if self.total else 0

    def has_file(self, now: datetime) -> bool:
        return (
            self.status == JobStatus.DONE and self.parts > 0 and self.expires_at is not None and now < self.expires_at
        )
