from django.db import models
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    DRAFT = "draft", _("Not started")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


class Outcome(models.TextChoices):
    """How a line of the input ends: as exactly one of these."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    DUPLICATE = "duplicate", _("Duplicate")
    REJECTED = "rejected", _("Rejected")


class Level(models.TextChoices):
    ERROR = "error", _("Not imported")
    WARNING = "warning", _("Warning")


class Missing(models.TextChoices):
    """What to do about a record that a line names and that does not exist."""

    REJECT = "reject", _("Reject the line")
    CREATE = "create", _("Create it")
