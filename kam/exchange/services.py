"""Asking for an import, to be done by the worker or at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction

from kam.exchange.bundle import Bundle
from kam.exchange.enums import JobStatus, Missing
from kam.exchange.files import StoredFile, store
from kam.exchange.formats import check_wanted
from kam.exchange.guessing import fingerprint
from kam.exchange.models import CancelWish, ImportJob
from kam.exchange.registry import kind_of
from kam.exchange.running import IMPORT_REQUESTED, abandon, cancel, run_chunk
from kam.exchange.selectors import get_import
from kam.exchange.sheets import MAX_SECONDS
from kam.outbox.publish import publish
from kam.people.principal import Principal


@dataclass(frozen=True)
class Request:
    """What is asked for. `file` is seekable; `mapping` and `defaults` are parsed JSON.

    `written` says how the file is written, where somebody knows it better than it looks (`formats.check_wanted`).
    """

    kind: str
    file: BinaryIO
    filename: str
    mapping: Any
    defaults: Any = field(default_factory=dict)
    missing_accounts: Missing = Missing.REJECT
    missing_types: Missing = Missing.REJECT
    dry_run: bool = False
    written: Mapping[str, Any] = field(default_factory=dict)


def request_import(*, by: Principal, now: datetime, request: Request) -> ImportJob:
    """Keep the file and have the worker import it.

    Raises: BadInput for a file or mapping that does not fit, DomainError for too many rows.
    """
    with transaction.atomic():
        job = _create_job(by, now, request)
        publish(IMPORT_REQUESTED, {"job": str(job.pk)})
    return job


def import_now(*, by: Principal, request: Request, clock: Callable[[], datetime]) -> ImportJob:
    """Import in this process, a transaction per chunk; stopped half-way it has failed, and may simply be run again."""
    job = _create_job(by, clock(), request, seconds=None)
    try:
        while not job.is_over:
            job = run_chunk(job_id=job.pk, now=clock())
    finally:
        if not job.is_over:
            abandon(job_id=job.pk, now=clock())
    return job


def _create_job(by: Principal, now: datetime, request: Request, *, seconds: float | None = MAX_SECONDS) -> ImportJob:
    kind = kind_of(request.kind)
    stored = store(request.file, wanted=check_wanted(request.written), seconds=seconds)
    Bundle(kind, request.mapping, request.defaults, stored.header)
    return ImportJob.objects.create(
        kind=kind.key,
        filename=request.filename[-255:],
        mapping=request.mapping,
        defaults=request.defaults,
        missing_accounts=request.missing_accounts,
        missing_types=request.missing_types,
        dry_run=request.dry_run,
        created_at=now,
        created_by_id=by.user_id,
        **file_fields(stored),
    )


def file_fields(stored: StoredFile) -> dict[str, Any]:
    """What a job keeps of its file."""
    return {
        "file": stored.name,
        "fingerprint": fingerprint(stored.header),
        "size_bytes": stored.size_bytes,
        "original": stored.original,
        "dialect": stored.dialect.as_json(),
    }


@transaction.atomic
def cancel_import(*, by: Principal, now: datetime, job_id: UUID) -> ImportJob:
    """Stop an import where its next chunk begins, at once where none is at work. What is in stays in.

    Raises: NotVisible. An import that is over stays as it is.
    """
    job = get_import(by, job_id)
    if job.is_over or job.status == JobStatus.DRAFT:
        return job
    CancelWish.objects.get_or_create(job=job, defaults={"asked_at": now, "by_id": by.user_id})
    idle = ImportJob.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=job_id).first()
    if idle is None:
        return job
    return idle if idle.is_over else cancel(idle, now)
