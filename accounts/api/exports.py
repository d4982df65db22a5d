"""/api/v1/exports: have a file prepared, hear how far it is, fetch it.

Here and not with the framework of exports, which stands beside the API and knows nothing of it.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.permissions import ANY_SCOPE
from kam.api.serializers import StrictSerializer
from kam.api.views import Row, Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput
from kam.exchange.enums import JobStatus
from kam.exchange.exports.answers import file_answer
from kam.exchange.exports.enums import CONTENT_TYPES, Format
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.registry import export_kind, export_kinds
from kam.exchange.exports.selectors import export_jobs, file_of, get_export
from kam.exchange.exports.services import ExportRequest, request_export

SHOWN = ("id", "kind", "format", "status", "failure", "created_at", "started_at", "finished_at", "expires_at")


class ExportRequestSerializer(StrictSerializer):
    """What to export (docs/import.md, Exporting)."""

    kind = serializers.CharField(max_length=32, help_text="accounts, contacts or touchpoints.")
    filters = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="Parameters of the account list."
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=100, help_text="Without it all fields."
    )
    format = serializers.ChoiceField(choices=Format.choices, default=Format.CSV.value)


class ExportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    format = serializers.ChoiceField(choices=Format.choices)
    status = serializers.ChoiceField(choices=JobStatus.choices)
    failure = serializers.CharField()
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent of the rows.")
    rows = serializers.IntegerField(help_text="Written so far.")
    total = serializers.IntegerField(help_text="As many as there were when it was asked for.")
    file = serializers.CharField(
        allow_null=True, help_text="Where the file is, once it is ready and as long as it is kept."
    )
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class ExportViewSet(ScopedViewSet):
    """Exports of one's own; administrators see all. What is exported decides which scope is needed."""

    policy = {"list": ANY_SCOPE, "retrieve": ANY_SCOPE, "create": ANY_SCOPE, "file": ANY_SCOPE}
    serializer_class = ExportRequestSerializer
    answer_class = ExportSerializer
    orderings = {"-created_at": ("-created_at", "-id"), "created_at": ("created_at", "id")}
    row_fields = (*SHOWN, "written", "total", "parts")

    def get_queryset(self) -> QuerySet[ExportJob]:
        readable = [kind.key for kind in export_kinds() if self.principal.may(kind.scope)]
        return export_jobs(self.principal).select_related(None).filter(kind__in=readable)

    def render_rows(self, rows: Rows) -> Rows:
        return [_shown(ExportJob(**{name: row[name] for name in self.row_fields})) for row in rows]

    def retrieve(self, request: Request, id: UUID) -> Response:
        """How far it is, and where the file is."""
        return Response(_shown(self._job(id)))

    @extend_schema(request=ExportRequestSerializer, responses={202: ExportSerializer})
    def create(self, request: Request) -> Response:
        """The file is prepared in the background: ask at `Location` until its status is done or failed."""
        serializer = ExportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        kind, filters = export_kind(asked["kind"]), asked.get("filters", {})
        if unknown := sorted(set(filters) - kind.parameters):
            raise BadInput("unknown_filter", f"There is no filter {unknown[0][:40]}.", field="filters")
        if not self.principal.may(kind.scope):
            raise PermissionDenied
        wanted = ExportRequest(kind.key, filters, asked.get("columns", ()), Format(asked["format"]))
        job = request_export(by=self.principal, request=wanted, now=clock.now())
        return Response(_shown(job), status=202, headers={"Location": reverse("export-detail", args=[job.pk])})

    @extend_schema(
        responses={(200, content): OpenApiResponse(OpenApiTypes.BINARY) for content in CONTENT_TYPES.values()}
    )
    @action(detail=True, pagination_class=None, filter_backends=())
    def file(self, request: Request, id: UUID) -> StreamingHttpResponse:
        """The file itself; 404 until it is ready, and after seven days."""
        job = self._job(id)
        return file_answer(job, file_of(self.principal, job, now=clock.now()), marked=False)

    def _job(self, job_id: UUID) -> ExportJob:
        job = get_export(self.principal, job_id)
        if not self.principal.may(export_kind(job.kind).scope):
            raise PermissionDenied
        return job


def _shown(job: ExportJob) -> Row:
    has_file = job.has_file(clock.now())
    more = {
        "progress": job.progress,
        "rows": job.written,
        "total": job.total,
        "file": reverse("export-file", args=[job.pk]) if has_file else None,
    }
    return {name: getattr(job, name) for name in SHOWN} | more
