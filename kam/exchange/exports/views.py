"""The pages of exports: what to export, the list, and one export while it is prepared and after."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.exchange.downloads import attached, csv_answer
from kam.exchange.exports.answers import file_answer
from kam.exchange.exports.enums import CONTENT_TYPES, Format
from kam.exchange.exports.forms import AS_SHOWN, EVERYTHING, SEPARATOR, ExportForm
from kam.exchange.exports.registry import export_kind, export_kinds
from kam.exchange.exports.rows import MOST_AT_ONCE, TooManyAtOnce
from kam.exchange.exports.selectors import export_jobs, file_of, get_export, stopped_exports
from kam.exchange.exports.services import ExportRequest, reader_for, request_export
from kam.people.principal import Principal

JOBS = 50
MOST_IN_BOOK_AT_ONCE = 5_000  # about a second of work; more is prepared behind the scenes


@policy(GET=Who.STAFF, POST=Who.STAFF)
def export_new(request: HttpRequest) -> HttpResponseBase:
    """Choose what of the list becomes a file: sent at once, or prepared behind the scenes where it is large."""
    principal = request.principal  # type: ignore[attr-defined]
    asked = request.POST if request.method == "POST" else request.GET
    shown = [name for name in asked.get("fields", "").split(SEPARATOR) if name]
    first = {"kind": asked.get("kind", ""), "fields_of": AS_SHOWN if shown else EVERYTHING, "format": Format.CSV}
    form = ExportForm(request.POST or None, initial=first)
    if form.is_valid():
        try:
            return _exported(request, principal, _request(form, asked, shown))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.detail)
    kind = next((one for one in export_kinds() if one.key == asked.get("kind")), export_kinds()[0])
    filters = _filters(asked, kind.parameters)
    words = kind.words(principal, filters, clock.now())
    context = {"form": form, "words": words, "filters": filters, "fields": SEPARATOR.join(shown)}
    return render(request, "exchange/exports/new.html", context, status=422 if form.errors else 200)


def _request(form: ExportForm, asked: QueryDict, shown: list[str]) -> ExportRequest:
    """The fields of the list are those of its kind: another kind is exported with all it has."""
    kind = export_kind(form.cleaned_data["kind"])
    columns = [name for name in shown if name in kind.by_name] if form.cleaned_data["fields_of"] == AS_SHOWN else []
    return ExportRequest(kind.key, _filters(asked, kind.parameters), columns, Format(form.cleaned_data["format"]))


def _filters(asked: QueryDict, parameters: frozenset[str]) -> dict[str, str]:
    return {name: str(asked[name]) for name in sorted(parameters) if asked.get(name)}


def _exported(request: HttpRequest, principal: Principal, wanted: ExportRequest) -> HttpResponseBase:
    now = clock.now()
    reader = reader_for(principal, wanted, now=now)
    name = f"{wanted.kind}-{now:%Y-%m-%d}.{wanted.format}"
    try:
        if wanted.format == Format.CSV:
            return csv_answer(name, reader.all_rows(export_kind(wanted.kind).order, most=MOST_AT_ONCE))
        from kam.exchange.exports.books import book  # openpyxl, which few processes ever need

        rows = reader.all_rows(export_kind(wanted.kind).order, most=MOST_IN_BOOK_AT_ONCE)
        content = book(rows, numbers={column.name for column in reader.columns if column.is_number})
    except TooManyAtOnce:
        job = request_export(by=principal, request=wanted, now=now)
        return hx_redirect(request, reverse("export_detail", args=[job.pk]))
    return HttpResponse(content, content_type=CONTENT_TYPES[wanted.format], headers=attached(name))


@policy(GET=Who.STAFF)
def export_list(request: HttpRequest) -> HttpResponse:
    """One's own exports, the newest first; an administrator sees all."""
    jobs = export_jobs(request.principal)  # type: ignore[attr-defined]
    page = keyset_page(jobs, order=("-created_at", "-id"), limit=JOBS, cursor=request.GET.get("cursor"))
    return render(request, "exchange/exports/list.html", {"page": page, **_around()})


@policy(GET=Who.STAFF)
def export_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far it is, and the file; for htmx that part alone, asked for while it runs."""
    job = get_export(request.principal, job_id)  # type: ignore[attr-defined]
    piece = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "exchange/exports/progress.html" if piece else "exchange/exports/detail.html"
    context = {"job": job, "has_file": job.has_file(clock.now()), **_around()}
    return render(request, template, context)


@policy(GET=Who.STAFF)
def export_file(request: HttpRequest, job_id: UUID) -> StreamingHttpResponse:
    """The file, as long as it is kept and whoever asks has the rights it was written with."""
    principal = request.principal  # type: ignore[attr-defined]
    job = get_export(principal, job_id)
    return file_answer(job, file_of(principal, job, now=clock.now()))


def _around() -> dict[str, Any]:
    return {"stopped": stopped_exports(), "now": clock.now()}
