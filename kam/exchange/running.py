"""Working through a job, one chunk per call: rows, issues, counts and place in one transaction.

Whatever dies leaves whole chunks behind, and the next call goes on exactly there. A dry run does the
same and takes the chunk's rows back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kam.audit.context import recorded
from kam.core.errors import DomainError
from kam.exchange.bundle import Bundle
from kam.exchange.enums import JobStatus, Missing, Outcome
from kam.exchange.identities import forget, remember, tell_apart
from kam.exchange.models import CancelWish, ImportIssue, ImportJob, Postponed
from kam.exchange.reading import Position, RawRow, read_header, read_rows
from kam.exchange.records import Context, Later, Record
from kam.exchange.registry import ImportKind, kind_of
from kam.outbox.publish import publish
from kam.people.enums import Role
from kam.people.principal import Principal, principal_for

IMPORT_REQUESTED = "import.requested"
CHUNK_ROWS = 10_000  # what follows from touchpoints is written once per chunk
CHUNK_BYTES = 8 * 2**20


@transaction.atomic
def run_chunk(*, job_id: UUID, now: datetime) -> ImportJob:
    """Import the next chunk of a job, or end it where nothing is left."""
    # Not FOR UPDATE: that would hold up a row that points here, such as the wish to cancel.
    locked = ImportJob.objects.select_for_update(of=("self",), no_key=True)
    job = locked.select_related("created_by").get(pk=job_id)
    if job.is_over:
        return job
    if CancelWish.objects.filter(job=job).exists():
        return cancel(job, now)
    job.status = JobStatus.RUNNING
    job.started_at = job.started_at or now
    try:
        with transaction.atomic():
            _advance(job, now)
    except (DomainError, FileNotFoundError) as error:
        job.refresh_from_db(fields=["read_bytes", "read_lines", "total", *Outcome.values])
        job.failure = error.detail[:500] if isinstance(error, DomainError) else _("The file is gone.")
        _end(job, JobStatus.FAILED, now)
    job.save()
    return job


def run_step(*, job_id: UUID, now: datetime) -> None:
    """A chunk, and the request for the next one in the same transaction."""
    with transaction.atomic():
        job = run_chunk(job_id=job_id, now=now)
        if not job.is_over:
            publish(IMPORT_REQUESTED, {"job": str(job.pk)})


def cancel(job: ImportJob, now: datetime) -> ImportJob:
    """End a job that the caller has locked; what is in stays in."""
    _end(job, JobStatus.CANCELLED, now)
    job.save()
    return job


@transaction.atomic
def abandon(*, job_id: UUID, now: datetime) -> None:
    """End a job that whoever worked on it gives up, unless it is over."""
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    if not job.is_over:
        job.failure = _("Stopped before its end. Run it again: what is in already stays as it is.")
        _end(job, JobStatus.FAILED, now)
        job.save()


def _advance(job: ImportJob, now: datetime) -> None:
    context = context_of(job, now)
    kind = kind_of(job.kind)
    with recorded(via="import", by=context.by):
        if job.read_bytes < job.size_bytes:
            _import_chunk(job, kind, context)
        else:
            _decide_postponed(job, kind, context)
    if job.read_bytes >= job.size_bytes and not Postponed.objects.filter(job=job).exists():
        _end(job, JobStatus.DONE, now)


def _end(job: ImportJob, status: JobStatus, now: datetime) -> None:
    job.status = status
    job.finished_at = now
    forget(job)
    Postponed.objects.filter(job=job).delete()


def context_of(job: ImportJob, now: datetime) -> Context:
    """Rights are those of the importer at this moment, not those at the upload."""
    by = principal_for(job.created_by) if job.created_by else Principal.system("import")
    if by.role == Role.NOBODY:
        raise DomainError("not_allowed", _("The person who asked for this import may no longer do so."))
    return Context(
        by=by,
        now=now,
        job_id=job.pk,
        create_accounts=job.missing_accounts == Missing.CREATE,
        create_types=job.missing_types == Missing.CREATE,
    )


def _import_chunk(job: ImportJob, kind: ImportKind, context: Context) -> None:
    with job.file.open("rb") as opened:
        file = cast("BinaryIO", opened)
        header, start = read_header(file, job.written)
        bundle = Bundle(kind, job.mapping, job.defaults, header)
        position = Position(job.read_bytes, job.read_lines) if job.read_bytes else start
        rows = _chunk(read_rows(file, dialect=job.written, position=position))
    records = bundle.records(rows)
    with transaction.atomic():
        kind.handler.resolve(records, context)
        seen = tell_apart(job, records, kind.handler)
        later = kind.handler.write(records, context)
        if job.dry_run:
            transaction.set_rollback(True)
    remember(job, seen)
    _postpone(job, [] if job.dry_run else later)
    _note_issues(job, records)
    _count(job, records)
    is_last = len(rows) < CHUNK_ROWS and _bytes(rows) < CHUNK_BYTES
    job.read_bytes = job.size_bytes if is_last else rows[-1].end.read_bytes
    job.read_lines = rows[-1].end.read_lines if rows else job.read_lines


def _chunk(rows: Iterable[RawRow]) -> list[RawRow]:
    """At most so many rows, and at most so many bytes (a record more)."""
    chunk: list[RawRow] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK_ROWS or row.end.read_bytes - chunk[0].end.read_bytes >= CHUNK_BYTES:
            break
    return chunk


def _bytes(rows: Sequence[RawRow]) -> int:
    return rows[-1].end.read_bytes - rows[0].end.read_bytes if rows else 0


def _decide_postponed(job: ImportJob, kind: ImportKind, context: Context) -> None:
    waiting = list(Postponed.objects.filter(job=job).order_by("id")[:CHUNK_ROWS])
    later = [Later(row.line, row.object_id, row.value, Outcome(row.outcome)) for row in waiting]
    records = kind.handler.finish(later, context)
    _note_issues(job, records)
    before = {(row.line, row.object_id): row.outcome for row in waiting}
    for record in records:
        if record.outcome is not None:  # say, a line without a change that got its parent after all
            _add(job, before[record.line, record.target], -1)
            _add(job, record.outcome, 1)
    Postponed.objects.filter(pk__in=[row.pk for row in waiting]).delete()


def _postpone(job: ImportJob, later: Sequence[Later]) -> None:
    Postponed.objects.bulk_create(
        Postponed(job=job, line=entry.line, object_id=entry.object_id, value=entry.value, outcome=entry.outcome)
        for entry in later
    )


def _note_issues(job: ImportJob, records: Sequence[Record]) -> None:
    ImportIssue.objects.bulk_create(
        ImportIssue(job=job, **vars(issue)) for record in records for issue in record.issues
    )


def _count(job: ImportJob, records: Sequence[Record]) -> None:
    job.total += len(records)
    for outcome, number in Counter(record.outcome for record in records).items():
        if outcome is None:
            raise RuntimeError(f"{job.kind} left a line without an end.")
        _add(job, outcome, number)


def _add(job: ImportJob, outcome: str, number: int) -> None:
    setattr(job, outcome, getattr(job, outcome) + number)
