"""An import that is not started yet: a file that was uploaded, and what its columns mean so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, NotVisible
from kam.exchange.bundle import Bundle
from kam.exchange.enums import JobStatus, Missing
from kam.exchange.files import store
from kam.exchange.formats import check_wanted
from kam.exchange.models import ImportJob
from kam.exchange.reading import read_header, read_rows
from kam.exchange.registry import kind_of
from kam.exchange.running import IMPORT_REQUESTED
from kam.exchange.selectors import get_draft, own_drafts
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

    @classmethod
    def of(cls, job: ImportJob) -> "Settings":
        return cls(**{one.name: getattr(job, one.name) for one in fields(cls)})


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


def read_again(*, by: Principal, job_id: UUID, written: Mapping[str, Any]) -> ImportJob:
    """Read the file of a draft as `written` says (formats.check_wanted); what is left out is found by itself.

    Raises: NotVisible, also where it was started or discarded meanwhile; BadInput as `start_draft`.
    """
    wanted = check_wanted(written)
    with get_draft(by, job_id).original.open("rb") as opened:
        stored = store(cast("BinaryIO", opened), wanted=wanted)
    read = file_fields(stored) | {"mapping": {}}  # its columns may have other names
    with transaction.atomic():
        draft = _held(by, job_id)
        former = _names(draft)
        for name, value in read.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(read))
        _drop_files(former)
    return draft


def keep_choices(*, by: Principal, job_id: UUID, settings: Settings) -> None:
    """What was chosen so far, to be found again on coming back. An import started meanwhile stays as it was started.

    For choices only: the page cannot show every mapping written by hand as it was written.
    """
    own_drafts(by).filter(pk=job_id).update(**vars(settings))


@transaction.atomic
def start_import(*, by: Principal, job_id: UUID, settings: Settings) -> ImportJob:
    """Have the worker import a draft. Raises: BadInput for a file without rows, or a mapping that does not fit it."""
    get_draft(by, job_id)
    draft = settings.put_on(ImportJob.objects.select_for_update().get(pk=job_id))
    if draft.status != JobStatus.DRAFT:  # sent twice
        return draft
    with draft.file.open("rb") as opened:
        file = cast("BinaryIO", opened)
        header, start = read_header(file, draft.written)
        if next(read_rows(file, dialect=draft.written, position=start), None) is None:
            raise BadInput("no_rows", _("The file has no rows below its column names: there is nothing to import."))
    Bundle(kind_of(draft.kind), draft.mapping, draft.defaults, header)
    draft.status = JobStatus.QUEUED
    draft.save()
    publish(IMPORT_REQUESTED, {"job": str(draft.pk)})
    return draft


@transaction.atomic
def discard_draft(*, by: Principal, job_id: UUID) -> None:
    """Raises: NotVisible, also where it was started meanwhile."""
    _drop([_held(by, job_id)])


@transaction.atomic
def clean_drafts(since: datetime, until: datetime) -> None:
    """Drop drafts that nobody started within a week."""
    old = ImportJob.objects.filter(status=JobStatus.DRAFT, created_at__lt=until - KEPT)
    _drop(old.select_for_update(skip_locked=True))


def _held(by: Principal, job_id: UUID) -> ImportJob:
    """The draft as it stands now; nobody else changes it until the transaction ends."""
    get_draft(by, job_id)
    draft = ImportJob.objects.select_for_update().filter(pk=job_id, status=JobStatus.DRAFT).first()
    if draft is None:
        raise NotVisible
    return draft


def _names(draft: ImportJob) -> set[str]:
    return {str(draft.file.name), str(draft.original.name)}


def _drop(drafts: Iterable[ImportJob]) -> None:
    for draft in drafts:
        draft.delete()
        _drop_files(_names(draft))


def _drop_files(names: Iterable[str]) -> None:
    """Once it is sure that they are no longer named, and unless another import has the same content."""

    def drop() -> None:
        for name in names:
            if not ImportJob.objects.filter(Q(file=name) | Q(original=name)).exists():
                default_storage.delete(name)

    transaction.on_commit(drop)
