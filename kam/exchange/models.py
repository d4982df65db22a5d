"""An import: what was asked for, how far it is, and what became of every line."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kam.core.ids import uuid_key
from kam.exchange.enums import ENDED, JobStatus, Level, Missing, Outcome
from kam.exchange.exports.models import ExportJob as ExportJob  # found by Django as one of this app's
from kam.exchange.formats import Format
from kam.exchange.registry import kinds
from kam.people.models import User


class ImportJob(models.Model):
    """One file, read in chunks. Every chunk's rows and its counts are one transaction.

    `file` is CSV in UTF-8, `original` what came in, and `dialect` how it is written (kam/exchange/formats.py).
    `read_bytes` and `read_lines` say where the next chunk begins; `total` counts the rows behind it.
    Without `created_by` it was started from the shell, on behalf of the system.
    """

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=32)
    file = models.FileField(max_length=200)  # named by its SHA-256
    original = models.FileField(max_length=200, blank=True)
    filename = models.CharField(max_length=255)
    dialect = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True, default="")  # of its columns (kam/exchange/guessing.py)
    size_bytes = models.BigIntegerField()
    mapping = models.JSONField()  # an object, or a list of them: a record per row each
    defaults = models.JSONField(default=dict)
    missing_accounts = models.CharField(max_length=8, choices=Missing, default=Missing.REJECT)
    missing_types = models.CharField(max_length=8, choices=Missing, default=Missing.REJECT)
    dry_run = models.BooleanField(default=False)
    status = models.CharField(max_length=9, choices=JobStatus, default=JobStatus.QUEUED)
    failure = models.CharField(max_length=500, blank=True)

    read_bytes = models.BigIntegerField(default=0)
    read_lines = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="import_status_known"),
            models.CheckConstraint(
                condition=Q(missing_accounts__in=Missing.values, missing_types__in=Missing.values),
                name="import_missing_known",
            ),
            models.CheckConstraint(
                condition=Q(total=F("created") + F("updated") + F("unchanged") + F("duplicate") + F("rejected")),
                name="import_rows_add_up",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, finished_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(finished_at__isnull=True)),
                name="import_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_newest"),
            models.Index(fields=["created_by", "-created_at", "-id"], name="import_newest_own"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.filename}"

    @property
    def kind_label(self) -> str:
        """The kind in words; its key where the app that knew it is gone."""
        return next((str(kind.label) for kind in kinds() if kind.key == self.kind), self.kind)

    @property
    def made(self) -> str:
        """Where the accounts stand that it made; "" where there are none to list."""
        return next((kind.made(self) for kind in kinds() if kind.key == self.kind), "")

    @property
    def written(self) -> Format:
        """How the file is written."""
        return Format(**self.dialect)

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def progress(self) -> int:
        """How much of the file has been read, in percent."""
        if self.status == JobStatus.DONE or not self.size_bytes:
            return 100
        return min(99, 100 * self.read_bytes // self.size_bytes)

    @property
    def rows(self) -> dict[str, int]:
        """The lines so far: `total` and how each of them ended."""
        return {"total": self.total} | {outcome.value: getattr(self, outcome.value) for outcome in Outcome}


class CancelWish(models.Model):
    """Somebody asked to stop an import: obeyed where the next chunk begins.

    A row of its own, because a running chunk holds the lock of the job's.
    """

    job = models.OneToOneField(ImportJob, models.CASCADE, primary_key=True, related_name="+")
    asked_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"stop {self.job_id}"


class SavedMapping(models.Model):
    """A mapping to be used again; `fingerprint` tells the files it fits (kam/exchange/guessing.py)."""

    id = uuid_key()
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=32)
    is_shared = models.BooleanField(_("shared with everyone"), default=False)
    mapping = models.JSONField()
    defaults = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)  # missing_accounts, missing_types
    fingerprint = models.CharField(max_length=32)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "name"], name="saved_mapping_named_once"),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="saved_mapping_fits")]

    def __str__(self) -> str:
        return self.name


class ImportIssue(models.Model):
    """Why a line was not imported, or what was left out of one that was. Line 1 is the header."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="issues")
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=2_000)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__in=Level.values), name="import_issue_level_known")]
        indexes = [models.Index(fields=["job", "level", "line", "id"], name="import_issue_in_order")]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"


class SeenIdentity(models.Model):
    """The identities met in a file so far, kept until the job is over: duplicates may lie chunks apart."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=16)
    times = models.PositiveIntegerField()
    line = models.PositiveBigIntegerField()  # where it was met first

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "digest"], name="seen_identity_once")]

    def __str__(self) -> str:
        return f"line {self.line}, {self.times} times"


class Postponed(models.Model):
    """What can be decided only at the end of the file, such as a parent that stands on a later line."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="+")
    line = models.PositiveBigIntegerField()
    object_id = models.UUIDField()
    value = models.CharField(max_length=500)
    outcome = models.CharField(max_length=9, choices=Outcome)

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="postponed_in_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.value}"
