"""The readers of exports. A person sees their own, an administrator all."""

from collections.abc import Iterator, Sequence
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
    """The file, piece by piece, without the rows that whoever fetches it no longer sees.

    Raises: NotVisible where there is none (yet, or any more); NotAllowed where they have other rights than it was
    written with, or where an Excel file, which is sent as it is, holds such a row.
    """
    if not job.has_file(now) or not parts.are_there(job.pk, job.parts):
        raise NotVisible
    kind = export_kind(job.kind)
    if not principal.may(kind.scope) or not (principal.sees_everything or sight(principal) == job.sight):
        raise NotAllowed("rights_changed", _("Your role or teams have changed meanwhile: export again."))

    def seen(ids: Sequence[UUID]) -> set[UUID]:
        return set(kind.found(principal, {}, now).order_by().filter(pk__in=ids).values_list("pk", flat=True))

    if job.format == Format.CSV:
        return parts.joined(job.pk, job.parts, seen)
    if any(len(seen(ids)) < len(ids) for ids in (parts.ids_in(job.pk, number) for number in range(job.parts))):
        raise NotAllowed("rows_gone", _("Some of its rows are no longer there for you to see: export again."))
    return parts.pieces(parts.book_name(job.pk))
