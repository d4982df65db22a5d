"""An import that is not started yet: a file that was uploaded, and what its columns mean so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from kam.exchange.bundle import Bundle
from kam.exchange.enums import JobStatus, Missing
from kam.exchange.files import store
from kam.exchange.formats import check_wanted
from kam.exchange.models import ImportJob
from kam.exchange.reading import read_header
from kam.exchange.registry import kind_of
from kam.exchange.running import IMPORT_REQUESTED
from kam.exchange.selectors import get_draft
from kam.exchange.services import file_fields
from kam.outbox.publish import publish
from kam.people.principal import Principal

KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Settings:
    """What the columns of a draft mean, and what to do with its rows."""

    mapping: Any
    defaults: dict[str, Any] = field(default_factory=dict)
    missing_accounts: Missing = Missing.REJECT
    missing_types: Missing = Missing.REJECT
    dry_run: bool = False

    def put_on(self, job: ImportJob) -> ImportJob:
        for name, value in vars(self).items():
            setattr(job, name, value)
        return job


def start_draft(*, by: Principal, now: datetime, kind: str, file: BinaryIO, filename: str) -> ImportJob:
    """Keep an uploaded file until somebody has said what is in it. Raises: BadInput for one that cannot be read."""
    stored = store(file, wanted={})
    return ImportJob.objects.create(
        kind=kind_of(kind).key,
        filename=filename[-255:],
        mapping={},
        status=JobStatus.DRAFT,
        created_at=now,
        created_by_id=by.user_id,
        **file_fields(stored),
    )


@transaction.atomic
def read_again(*, by: Principal, job_id: UUID, written: Mapping[str, Any]) -> ImportJob:
    """Read the file of a draft as `written` says (formats.check_wanted); what is left out is found by itself."""
    draft = get_draft(by, job_id)
    wanted = check_wanted(written)
    with draft.original.open("rb") as opened:
        stored = store(cast("BinaryIO", opened), wanted=wanted)
    for name, value in file_fields(stored).items():
        setattr(draft, name, value)
    draft.save()
    return draft


@transaction.atomic
def start_import(*, by: Principal, job_id: UUID, settings: Settings) -> ImportJob:
    """Have the worker import a draft. Raises: BadInput for a mapping that does not fit the file."""
    get_draft(by, job_id)
    draft = settings.put_on(ImportJob.objects.select_for_update().get(pk=job_id))
    if draft.status != JobStatus.DRAFT:  # sent twice
        return draft
    with draft.file.open("rb") as opened:
        header, _ = read_header(cast("BinaryIO", opened), draft.written)
    Bundle(kind_of(draft.kind), draft.mapping, draft.defaults, header)
    draft.status = JobStatus.QUEUED
    draft.save()
    publish(IMPORT_REQUESTED, {"job": str(draft.pk)})
    return draft


def discard_draft(*, by: Principal, job_id: UUID) -> None:
    _drop([get_draft(by, job_id)])


def clean_drafts(since: datetime, until: datetime) -> None:
    """Drop drafts that nobody started within a week."""
    _drop(ImportJob.objects.filter(status=JobStatus.DRAFT, created_at__lt=until - KEPT))


def _drop(drafts: Iterable[ImportJob]) -> None:
    """With their files, unless another import has the same one."""
    for draft in drafts:
        names = {str(draft.file.name), str(draft.original.name)}
        draft.delete()
        for name in names:
            if not ImportJob.objects.filter(Q(file=name) | Q(original=name)).exists():
                default_storage.delete(name)
