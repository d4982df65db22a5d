"""/api/v1/imports: send a file, and hear what became of its lines.

Here and not with the framework of imports, which stands beside the API and knows nothing of it.
"""

from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kam.api.parsers import StrictJSONParser
from kam.api.serializers import NothingSerializer, StrictSerializer
from kam.api.views import Row, Rows, ScopedViewSet
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.text import check_json
from kam.exchange import services
from kam.exchange.downloads import csv_answer
from kam.exchange.enums import JobStatus, Level, Missing, Outcome
from kam.exchange.formats import DELIMITER_WORDS, ENCODINGS
from kam.exchange.models import ImportJob
from kam.exchange.registry import kinds
from kam.exchange.rejected import check_file, rejected_rows
from kam.exchange.selectors import each_issue, get_import, import_jobs

MOST_ISSUES = 1_000
MAX_JSON = 100_000


@extend_schema_field(OpenApiTypes.STR)
class JSONTextField(serializers.CharField):
    """A JSON object, written into a field of a form."""

    default_error_messages = {"no_object": "This must be a JSON object."}
    shapes: tuple[type, ...] = (dict,)

    def to_internal_value(self, data: Any) -> Any:
        try:
            document = check_json(super().to_internal_value(data).encode())
        except BadInput as error:
            raise serializers.ValidationError(error.detail, code=error.code) from error
        if not isinstance(document, self.shapes) or document == []:
            self.fail("no_object")
        return document


@extend_schema_field(OpenApiTypes.STR)
class MappingField(JSONTextField):
    """An object, or a list of them: then each row makes a record by each."""

    shapes = (dict, list)


class ImportRequestSerializer(StrictSerializer):
    """A CSV or Excel file and what its columns mean (docs/import.md)."""

    kind = serializers.ChoiceField(choices=[kind.key for kind in kinds()])
    file = serializers.FileField(max_length=255, allow_empty_file=True)
    mapping = MappingField(max_length=MAX_JSON, help_text="JSON object: our field → their column; or a list of such.")
    defaults = JSONTextField(max_length=MAX_JSON, required=False, help_text="JSON object: our field → text.")
    missing_accounts = serializers.ChoiceField(choices=Missing.choices, default=Missing.REJECT.value)
    missing_types = serializers.ChoiceField(choices=Missing.choices, default=Missing.REJECT.value)
    dry_run = serializers.BooleanField(default=False)
    encoding = serializers.CharField(
        max_length=40, required=False, help_text=f"If not as it looks: {', '.join(ENCODINGS)}."
    )
    delimiter = serializers.ChoiceField(choices=list(DELIMITER_WORDS), required=False, help_text="If not as it looks.")
    sheet = serializers.CharField(max_length=31, required=False, help_text="Of an Excel file; else its first.")


class FileFormatSerializer(serializers.Serializer[Any]):
    """How the file was read: as it looked, or as the request said."""

    encoding = serializers.CharField()
    delimiter = serializers.CharField(trim_whitespace=False)
    quote = serializers.CharField()
    escape = serializers.CharField()
    sheet = serializers.CharField()


class RowCountSerializer(serializers.Serializer[Any]):
    """How the lines so far ended: each as exactly one of these."""

    total = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    rejected = serializers.IntegerField()


class ImportIssueSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Line 1 is the header.")
    column = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    filename = serializers.CharField()
    file = FileFormatSerializer()
    dry_run = serializers.BooleanField()
    status = serializers.ChoiceField(choices=JobStatus.choices)
    failure = serializers.CharField(help_text="Why it failed as a whole.")
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent of the file.")
    rows = RowCountSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportReportSerializer(ImportSerializer):
    errors = ImportIssueSerializer(many=True, help_text=f"Lines that were rejected, at most {MOST_ISSUES}.")
    warnings = ImportIssueSerializer(many=True, help_text=f"What was left out of a line, at most {MOST_ISSUES}.")


class ImportViewSet(ScopedViewSet):
    """Imports of one's own; administrators see all."""

    policy = {
        "list": "imports:read",
        "retrieve": "imports:read",
        "create": "imports:write",
        "cancel": "imports:write",
        "rejected": "imports:read",
    }
    serializer_class = ImportSerializer
    parser_classes = (MultiPartParser,)
    orderings = {"-created_at": ("-created_at", "-id"), "created_at": ("created_at", "id")}
    row_fields = (
        "id", "kind", "filename", "dialect", "dry_run", "status", "failure", "size_bytes", "read_bytes", "total",
        *Outcome.values, "created_at", "started_at", "finished_at",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[ImportJob]:
        """Without what somebody has uploaded on the page and not started yet."""
        return import_jobs(self.principal).exclude(status=JobStatus.DRAFT).select_related(None)

    def known_fields(self) -> set[str]:
        """A list does not hold what became of each line."""
        return super().known_fields() if self.action == "list" else set(ImportReportSerializer().fields)

    def render_rows(self, rows: Rows) -> Rows:
        return [_summary(ImportJob(**{name: row[name] for name in self.row_fields})) for row in rows]

    @extend_schema(responses=ImportReportSerializer)
    def retrieve(self, request: Request, id: UUID) -> Response:
        """How far it is, and what became of the lines."""
        return Response(_report(get_import(self.principal, id)))

    @extend_schema(request=ImportRequestSerializer, responses={202: ImportReportSerializer})
    def create(self, request: Request) -> Response:
        """The file is kept and imported in the background: ask at `Location` until its status is done or failed."""
        serializer = ImportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self._need_scopes_of_what_is_written(serializer.validated_data)
        asked = _asked(dict(serializer.validated_data))
        job = services.request_import(by=self.principal, now=clock.now(), request=asked)
        return Response(_report(job), status=202, headers={"Location": reverse("import-detail", args=[job.pk])})

    @extend_schema(request=None, responses=ImportReportSerializer)
    @action(detail=True, methods=["post"], serializer_class=NothingSerializer, parser_classes=(StrictJSONParser,))
    def cancel(self, request: Request, id: UUID) -> Response:
        """Stop it where its next chunk begins; what is in stays in. One that is over stays as it is."""
        self.body()
        return Response(_report(services.cancel_import(by=self.principal, now=clock.now(), job_id=id)))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=True, url_path="rejected.csv", pagination_class=None, filter_backends=())
    def rejected(self, request: Request, id: UUID) -> StreamingHttpResponse:
        """The rejected lines with their reasons, to be corrected and imported again as they are."""
        job = get_import(self.principal, id)
        check_file(job)
        return csv_answer(f"import-{id}-rejected.csv", rejected_rows(job), marked=False)

    def _need_scopes_of_what_is_written(self, asked: Row) -> None:
        """A token that may not write records one by one may not write them by the file either."""
        written = {asked["kind"]} | ({"accounts"} if asked["missing_accounts"] == Missing.CREATE else set())
        if not all(self.principal.may(f"{resource}:write") for resource in written):
            raise PermissionDenied


def _asked(sent: Row) -> services.Request:
    written: Row = {name: sent.pop(name) for name in ("encoding", "delimiter", "sheet") if name in sent}
    return services.Request(filename=sent["file"].name, written=written, **sent)


def _summary(job: ImportJob) -> Row:
    names = ("id", "kind", "filename", "dry_run", "status", "failure", "progress", "rows")
    told = {name: getattr(job, name) for name in (*names, "created_at", "started_at", "finished_at")}
    return told | {"file": job.written.as_json()}


def _report(job: ImportJob) -> Row:
    """The first issues in order of line; a file of two million lines may have as many."""
    found = {
        level: [
            {"line": issue.line, "column": issue.column, "code": issue.code, "message": issue.message}
            for issue in islice(each_issue(job, level), MOST_ISSUES)
        ]
        for level in (Level.ERROR, Level.WARNING)
    }
    return {**_summary(job), "errors": found[Level.ERROR], "warnings": found[Level.WARNING]}
