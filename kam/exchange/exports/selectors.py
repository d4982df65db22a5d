"""The readers of exports. A person sees their own, an administrator all."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kam.core.errors import NotVisible
from kam.exchange.exports import parts
from kam.exchange.exports.enums import Format
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.registry import export_kind
from kam.exchange.exports.services import EXPORT_REQUESTED, sight
from kam.outbox.status import dead_payloads
from kam.people.principal import Principal
from kam.people.rules import NotAllowed


def export_jobs(principal: Principal) -> QuerySet[ExportJob]:
    """With who asked for them."""
    jobs = ExportJob.objects.select_related("created_by")
    if principal.sees_everything:
        return jobs
    return jobs.filter(created_by_id=principal.user_id) if principal.user_id else jobs.none()


def get_export(principal: Principal, job_id: UUID) -> ExportJob:
    """NotVisible whether it is missing or somebody else's."""
    job = export_jobs(principal).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    return job


def stopped_exports() -> set[UUID]:
    """Those whose next step failed at every try: they go on, where they stopped, once it is replayed."""
    return {UUID(payload["job"]) for payload in dead_payloads(EXPORT_REQUESTED)}


def file_of(principal: Principal, job: ExportJob, *, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece. Raises: NotVisible where there is none (yet, or any more); NotAllowed where whoever
    fetches it has other rights than the file was written with.
    """
    if not job.has_file(now):
        raise NotVisible
    may_read = principal.may(export_kind(job.kind).scope)
    if not may_read or not (principal.sees_everything or sight(principal) == job.sight):
        raise NotAllowed("rights_changed", _("Your role or teams have changed meanwhile: export again."))
    return parts.pieces(parts.book_name(job.pk)) if job.format == Format.XLSX else parts.joined(job.pk, job.parts)
