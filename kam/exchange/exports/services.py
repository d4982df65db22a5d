"""Asking for an export, and working it off: a part of the file per step, resumable, rights looked at each time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.errors import DomainError
from kam.exchange.enums import ENDED, JobStatus
from kam.exchange.exports import parts
from kam.exchange.exports.enums import Format
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.registry import export_kind
from kam.exchange.exports.rows import Reader
from kam.outbox.publish import publish
from kam.outbox.status import dead_payloads
from kam.people.enums import Role
from kam.people.principal import Principal, principal_for
from kam.people.rules import NotAllowed

EXPORT_REQUESTED = "export.requested"
PART_ROWS = 5_000
KEPT = timedelta(days=7)
MOST_OPEN = 5
MOST_ROWS = 50_000  # of a workbook: openpyxl writes about so many in the time that one step of the worker may take


@dataclass(frozen=True)
class ExportRequest:
    """`filters` are those of the list; `columns` are names of fields, none: all of them."""

    kind: str
    filters: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()
    format: Format = Format.CSV


def sight(principal: Principal) -> str:
    """Another text once a person sees other accounts on other grounds: another role, or other teams."""
    teams = ",".join(sorted(str(team_id) for team_id in principal.team_ids))
    return hashlib.sha256(f"{principal.user_id}|{principal.role}|{teams}".encode()).hexdigest()


def reader_for(by: Principal, request: ExportRequest, *, now: datetime) -> Reader:
    """Raises: BadInput for an unknown kind, filter or field; NotAllowed where a token lacks the scope."""
    kind = export_kind(request.kind)
    if not by.may(kind.scope):
        raise NotAllowed("scope_missing", _("This token may not read what is to be exported."))
    columns = kind.chosen(request.columns)
    return Reader(by, kind.found(by, request.filters, now), columns, now=now)


@transaction.atomic
def request_export(*, by: Principal, request: ExportRequest, now: datetime) -> ExportJob:
    """Have the worker prepare the file. Raises: as `reader_for`; DomainError for too many rows or jobs."""
    reader = reader_for(by, request, now=now)
    if by.user_id is None:
        raise NotAllowed("not_allowed", _("You may not do this."))
    if _at_work(by) >= MOST_OPEN:
        raise DomainError("too_many_exports", _("Several of your exports are still at work: wait for one of them."))
    total = reader.found.order_by().count()
    if request.format == Format.XLSX and total > MOST_ROWS:
        words = _("An Excel file takes at most %(most)d rows here: choose CSV.") % {"most": MOST_ROWS}
        raise DomainError("too_many_for_excel", words, field="format")
    job = ExportJob.objects.create(
        kind=request.kind, filters=dict(request.filters), columns=reader.heading, format=request.format,
        sight=sight(by), total=total, created_at=now, created_by_id=by.user_id,
    )  # fmt: skip
    publish(EXPORT_REQUESTED, {"job": str(job.pk)})
    return job


def _at_work(by: Principal) -> int:
    """How many of one's exports are not over. Those that stopped at a dead letter wait for an administrator instead."""
    stopped = [payload["job"] for payload in dead_payloads(EXPORT_REQUESTED)]
    own = ExportJob.objects.filter(created_by_id=by.user_id).exclude(status__in=ENDED)
    return own.exclude(pk__in=stopped).count()


@transaction.atomic
def export_step(*, job_id: UUID, now: datetime) -> ExportJob:
    """Write the next part, or end the job; asks for the step after it in the same transaction."""
    job = ExportJob.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=job_id)
    if job.is_over:
        return job
    job.status, job.started_at = JobStatus.RUNNING, job.started_at or now
    try:
        with transaction.atomic():
            _advance(job, now)
    except DomainError as error:
        _end(job, JobStatus.FAILED, now)
        job.failure = error.detail[:500]
        transaction.on_commit(lambda: parts.remove(job.pk, job.parts))
    job.save()
    if not job.is_over:
        publish(EXPORT_REQUESTED, {"job": str(job.pk)})
    return job


def _advance(job: ExportJob, now: datetime) -> None:
    by = principal_for(job.created_by)
    if by.role == Role.NOBODY or sight(by) != job.sight:
        raise NotAllowed("rights_changed", _("Your role or teams have changed meanwhile: export again."))
    request = ExportRequest(job.kind, job.filters, job.columns)
    reader = reader_for(by, request, now=job.created_at)
    ids = reader.after(job.last_id, PART_ROWS)
    heading = [] if job.parts else [reader.heading]
    read = reader.rows(ids)
    parts.write_part(job.pk, job.parts, [*heading, *read.values()], read)
    job.parts, job.written, job.last_id = job.parts + 1, job.written + len(read), ids[-1] if ids else job.last_id
    if len(ids) < PART_ROWS:
        if job.format == Format.XLSX:
            from kam.exchange.exports.books import book  # openpyxl, which few processes ever need

            numbers = {column.name for column in reader.columns if column.is_number}
            parts.replace(parts.book_name(job.pk), book(parts.rows_in(job.pk, job.parts), numbers=numbers))
        _end(job, JobStatus.DONE, now)


def _end(job: ExportJob, status: JobStatus, now: datetime) -> None:
    job.status, job.finished_at, job.expires_at = status, now, now + KEPT


def forget_files(since: datetime, until: datetime) -> None:
    """Delete the files that were kept for 7 days; that they were exported, by whom and when, stays on record."""
    for job in ExportJob.objects.filter(parts__gt=0, expires_at__lte=until).order_by("expires_at", "id"):
        parts.remove(job.pk, job.parts)
        ExportJob.objects.filter(pk=job.pk).update(parts=0)
