"""The pages of imports: the list, the upload, and one import while it runs and after."""

import json
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.exchange.downloads import csv_answer, issue_rows
from kam.exchange.drafts import start_draft
from kam.exchange.enums import JobStatus
from kam.exchange.forms import ImportForm
from kam.exchange.models import ImportJob
from kam.exchange.progress import pace_of
from kam.exchange.registry import kinds
from kam.exchange.rejected import check_file, rejected_rows
from kam.exchange.selectors import each_issue, get_import, import_jobs, issues_of, stopped_imports, wants_cancel
from kam.exchange.services import cancel_import, request_import
from kam.people.principal import Principal

JOBS, ISSUES = 50, 100


@policy(GET=Who.STAFF)
def import_list(request: HttpRequest) -> HttpResponse:
    """One's own imports, the newest first; an administrator sees all."""
    jobs = import_jobs(request.principal)  # type: ignore[attr-defined]
    page = keyset_page(jobs, order=("-created_at", "-id"), limit=JOBS, cursor=request.GET.get("cursor"))
    return render(request, "exchange/list.html", {"page": page, "stopped": stopped_imports(), "now": clock.now()})


@policy(GET=Who.STAFF, POST=Who.STAFF)
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file, and go on to its mapping; with a mapping typed in, the import starts at once."""
    form = ImportForm(request.POST or None, request.FILES or None, initial=_chosen(request.GET.get("kind", "")))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return hx_redirect(request, _taken(request.principal, form))  # type: ignore[attr-defined]
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.detail)
                status = error.status
    examples = [(kind, json.dumps(kind.example_mapping, indent=2, ensure_ascii=False)) for kind in kinds()]
    return render(request, "exchange/new.html", {"form": form, "examples": examples}, status=status)


@policy(GET=Who.STAFF)
def import_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far it is and what became of the lines; for htmx that part alone, asked for while it runs."""
    job = get_import(request.principal, job_id)  # type: ignore[attr-defined]
    if job.status == JobStatus.DRAFT:
        return hx_redirect(request, reverse("import_map", args=[job_id]))
    now = clock.now()
    context = {"job": job, "stopped": stopped_imports(), "now": now, "pace": pace_of(job, now=now)}
    context |= _issues(job, request) | {"cancelling": not job.is_over and wants_cancel(job)}
    piece = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "exchange/progress.html" if piece else "exchange/detail.html", context)


@policy(GET=Who.STAFF)
def import_issues(request: HttpRequest, job_id: UUID) -> StreamingHttpResponse:
    """Every line that was not imported, or only in part, as CSV."""
    job = get_import(request.principal, job_id)  # type: ignore[attr-defined]
    name = f"import-{job.created_at:%Y-%m-%d}-{job.kind}-issues.csv"
    return csv_answer(name, issue_rows(each_issue(job)))


@policy(GET=Who.STAFF)
def import_rejected(request: HttpRequest, job_id: UUID) -> StreamingHttpResponse:
    """The rejected lines with their reasons, to be corrected and imported again."""
    job = get_import(request.principal, job_id)  # type: ignore[attr-defined]
    check_file(job)
    return csv_answer(f"{PurePath(job.filename).stem}-rejected.csv", rejected_rows(job))


@policy(POST=Who.STAFF)
def import_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stop it where its next chunk begins."""
    by = request.principal  # type: ignore[attr-defined]
    cancel_import(by=by, now=clock.now(), job_id=job_id)
    return hx_redirect(request, reverse("import_detail", args=[job_id]))


def _taken(by: Principal, form: ImportForm) -> str:
    """Where a valid upload leads."""
    if form.cleaned_data["mapping"]:
        job = request_import(by=by, now=clock.now(), request=form.asked())
        return reverse("import_detail", args=[job.pk])
    file = form.cleaned_data["file"]
    draft = start_draft(by=by, now=clock.now(), kind=form.cleaned_data["kind"], file=file, filename=file.name)
    return reverse("import_map", args=[draft.pk])


def _issues(job: ImportJob, request: HttpRequest) -> dict[str, Any]:
    """They are listed once the import is over: a page that grows under its reader helps nobody."""
    if not job.is_over:
        return {"page": None}
    page = keyset_page(issues_of(job), order=("line", "id"), limit=ISSUES, cursor=request.GET.get("cursor"))
    return {"page": page}


def _chosen(key: str) -> dict[str, Any]:
    """The chosen kind, with its example as a mapping to start from; else the first kind, and no mapping."""
    known = {kind.key: kind for kind in kinds()}
    return {"kind": key, "mapping": known[key].example_mapping} if key in known else {"mapping": ""}
