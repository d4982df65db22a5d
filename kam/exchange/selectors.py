"""The readers of imports. A person sees their own, an administrator all."""

import heapq
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kam.core.errors import NotVisible
from kam.exchange.enums import JobStatus, Level
from kam.exchange.models import CancelWish, ImportIssue, ImportJob, SavedMapping
from kam.exchange.running import IMPORT_REQUESTED
from kam.outbox.status import dead_payloads
from kam.people.principal import Principal

PAGE = 1_000


def import_jobs(principal: Principal) -> QuerySet[ImportJob]:
    """With who asked for them. What somebody else has not started yet is nobody's business."""
    jobs = ImportJob.objects.select_related("created_by")
    if principal.sees_everything:
        return jobs.exclude(~Q(created_by_id=principal.user_id), status=JobStatus.DRAFT)
    return jobs.filter(created_by_id=principal.user_id) if principal.user_id else jobs.none()


def get_import(principal: Principal, job_id: UUID) -> ImportJob:
    """NotVisible whether it is missing or somebody else's."""
    job = import_jobs(principal).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    return job


def own_drafts(principal: Principal) -> QuerySet[ImportJob]:
    """One's own imports that have not started yet."""
    own = import_jobs(principal).filter(status=JobStatus.DRAFT, created_by_id=principal.user_id)
    return own if principal.user_id else own.none()


def get_draft(principal: Principal, job_id: UUID) -> ImportJob:
    """One of them; NotVisible otherwise."""
    draft = own_drafts(principal).filter(pk=job_id).first()
    if draft is None:
        raise NotVisible
    return draft


def last_alike(principal: Principal, kind: str, mark: str) -> ImportJob | None:
    """One's own latest import of a file with the same columns (guessing.fingerprint)."""
    if principal.user_id is None:
        return None
    own = ImportJob.objects.filter(created_by_id=principal.user_id, kind=kind, fingerprint=mark)
    return own.exclude(status=JobStatus.DRAFT).order_by("-created_at", "-id").first()


def saved_mappings(principal: Principal) -> QuerySet[SavedMapping]:
    """One's own and those others share."""
    return SavedMapping.objects.select_related("owner").filter(Q(owner_id=principal.user_id) | Q(is_shared=True))


def stopped_imports() -> set[UUID]:
    """Those whose next chunk failed at every try: they go on, where they stopped, once it is replayed."""
    return {UUID(payload["job"]) for payload in dead_payloads(IMPORT_REQUESTED)}


def wants_cancel(job: ImportJob) -> bool:
    """Whether somebody asked to stop it."""
    return CancelWish.objects.filter(job=job).exists()


def issues_of(job: ImportJob) -> QuerySet[ImportIssue]:
    return ImportIssue.objects.filter(job=job)


def each_issue(job: ImportJob, *levels: Level) -> Iterator[ImportIssue]:
    """By line, a page at a time: .iterator() would hold them all, for want of server-side cursors."""
    streams = [_in_pages(issues_of(job).filter(level=level)) for level in levels or Level]
    return heapq.merge(*streams, key=lambda issue: (issue.line, issue.pk))


def _in_pages(issues: QuerySet[ImportIssue]) -> Iterator[ImportIssue]:
    """Those of one job and level, in the order of their index."""
    page = list(issues.order_by("line", "id")[:PAGE])
    yield from page
    while len(page) == PAGE:
        last = page[-1]
        behind = issues.filter(Q(line=last.line, id__gt=last.pk) | Q(line__gt=last.line), line__gte=last.line)
        page = list(behind.order_by("line", "id")[:PAGE])
        yield from page


def report(job: ImportJob) -> dict[str, Any]:
    """What `import_records --json` prints."""
    found = {
        level: [
            {"line": issue.line, "column": issue.column, "code": issue.code, "message": issue.message}
            for issue in each_issue(job, level)
        ]
        for level in Level
    }
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "file": job.written.as_json(),
        "dry_run": job.dry_run,
        "status": job.status,
        "failure": job.failure,
        "progress": job.progress,
        "rows": job.rows,
        "errors": found[Level.ERROR],
        "warnings": found[Level.WARNING],
    }
