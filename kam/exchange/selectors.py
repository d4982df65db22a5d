"""The readers of imports. A person sees their own, an administrator all."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kam.core.errors import NotVisible
from kam.exchange.enums import Level
from kam.exchange.models import ImportIssue, ImportJob
from kam.exchange.running import IMPORT_REQUESTED
from kam.outbox.status import dead_payloads
from kam.people.principal import Principal


def import_jobs(principal: Principal) -> QuerySet[ImportJob]:
    """With who asked for them."""
    jobs = ImportJob.objects.select_related("created_by")
    if principal.sees_everything:
        return jobs
    return jobs.filter(created_by_id=principal.user_id) if principal.user_id else jobs.none()


def get_import(principal: Principal, job_id: UUID) -> ImportJob:
    """NotVisible whether it is missing or somebody else's."""
    job = import_jobs(principal).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    return job


def stopped_imports() -> set[UUID]:
    """Those whose next chunk failed at every try: they go on, where they stopped, once it is replayed."""
    return {UUID(payload["job"]) for payload in dead_payloads(IMPORT_REQUESTED)}


def issues_of(job: ImportJob) -> QuerySet[ImportIssue]:
    return ImportIssue.objects.filter(job=job)


def report(job: ImportJob) -> dict[str, Any]:
    """What `import_records --json` prints."""
    found: dict[str, list[dict[str, Any]]] = {level.value: [] for level in Level}
    entries = issues_of(job).order_by("line", "id").values_list("level", "line", "column", "code", "message")
    for level, line, column, code, message in entries.iterator():
        found[level].append({"line": line, "column": column, "code": code, "message": message})
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "dry_run": job.dry_run,
        "status": job.status,
        "failure": job.failure,
        "progress": job.progress,
        "rows": job.rows,
        "errors": found[Level.ERROR],
        "warnings": found[Level.WARNING],
    }
