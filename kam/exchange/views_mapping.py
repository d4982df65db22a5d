"""The mapping page: what the columns of an uploaded file mean, tried out on its first rows while one chooses."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.exchange import drafts
from kam.exchange.drafts import Settings
from kam.exchange.enums import JobStatus
from kam.exchange.forms import ReadingForm
from kam.exchange.head import Head, head_of, sheets_of
from kam.exchange.mapping import said_to_people
from kam.exchange.mapping_form import MappingForm
from kam.exchange.models import ImportJob
from kam.exchange.preview import preview_of
from kam.exchange.registry import kind_of
from kam.exchange.saving import remove_mapping, save_mapping
from kam.exchange.selectors import get_draft, get_import
from kam.exchange.suggesting import offers_for, suggested
from kam.people.principal import Principal


@policy(GET=Who.STAFF, POST=Who.STAFF)
def import_map(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """POST shows what would come of it; with the button "start" it is imported. Started already: to its progress."""
    by = request.principal  # type: ignore[attr-defined]
    if get_import(by, job_id).status != JobStatus.DRAFT:
        return hx_redirect(request, reverse("import_detail", args=[job_id]))
    draft = get_draft(by, job_id)
    kind, head = kind_of(draft.kind), head_of(draft)
    status, shown = 200, False
    if request.method == "POST":
        form = MappingForm(kind, head, request.POST)
        settings = form.settings() if form.is_valid() else None
        shown = bool(settings) and form.show_choices()
        status = 200 if settings else 422
    else:
        form, settings = _first_form(request, draft, head)
    preview = preview_of(draft, head, settings, now=clock.now())
    if settings and shown:
        drafts.keep_choices(by=by, job_id=job_id, settings=settings)
    context = {"job": draft, "kind": kind, "head": head, "form": form, "now": clock.now(), "preview": preview}
    if settings and request.POST.get("action") == "start":
        doubt = "" if settings.dry_run else preview.doubt
        if request.POST.get("sure", "") == doubt or not doubt:
            try:
                _keep(request, draft, head, form, settings)
                drafts.start_import(by=by, job_id=job_id, settings=settings)
                return hx_redirect(request, reverse("import_detail", args=[job_id]))
            except DomainError as error:
                form.add_error(None, said_to_people(error))
                status = error.status
        else:
            context["doubt"], status = doubt, 422
    piece = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if piece:
        return render(request, "exchange/preview.html", context | {"oob": shown})
    return render(request, "exchange/map.html", context | _offers(draft, head, by), status=status)


@policy(POST=Who.STAFF)
def import_reading(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Read the file with another encoding, separator or sheet."""
    by = request.principal  # type: ignore[attr-defined]
    draft = get_draft(by, job_id)
    form = ReadingForm(draft.written, sheets_of(draft), request.POST)
    if form.is_valid():
        try:
            drafts.read_again(by=by, job_id=job_id, written=form.cleaned_data)
            return redirect("import_map", job_id)
        except DomainError as error:
            form.add_error(None, error.detail)
    head = head_of(draft)
    mapping, _settings = _first_form(request, draft, head)
    context = {"job": draft, "kind": kind_of(draft.kind), "head": head, "form": mapping, "now": clock.now()}
    context |= _offers(draft, head, by) | {"reading": form}
    return render(request, "exchange/map.html", context, status=422)


@policy(POST=Who.STAFF)
def import_discard(request: HttpRequest, job_id: UUID) -> HttpResponse:
    drafts.discard_draft(by=request.principal, job_id=job_id)  # type: ignore[attr-defined]
    return redirect("import_list")


@policy(POST=Who.STAFF)
def mapping_remove(request: HttpRequest, mapping_id: UUID) -> HttpResponse:
    """Forget a mapping that was kept."""
    remove_mapping(by=request.principal, mapping_id=mapping_id)  # type: ignore[attr-defined]
    return redirect("import_new")


def _keep(request: HttpRequest, draft: ImportJob, head: Head, form: MappingForm, settings: Settings) -> None:
    name = form.cleaned_data["save_as"].strip()
    if name:
        by = request.principal  # type: ignore[attr-defined]
        shared = form.cleaned_data["is_shared"]
        save_mapping(
            by=by, now=clock.now(), job=draft, header=head.header, name=name, is_shared=shared, settings=settings
        )


def _first_form(request: HttpRequest, draft: ImportJob, head: Head) -> tuple[MappingForm, Settings]:
    """The form filled in with what is suggested, or was chosen on the page."""
    zone = request.user.timezone  # type: ignore[union-attr]
    offers = offers_for(request.principal, draft, head)  # type: ignore[attr-defined]
    settings = suggested(offers, draft, head, wanted=request.GET.get("use", ""), zone=zone)
    return MappingForm(kind_of(draft.kind), head, zone=zone, settings=settings), settings


def _offers(draft: ImportJob, head: Head, by: Principal) -> dict[str, Any]:
    """What may be chosen instead: kept mappings, mappings made for this export, other ways to read the file."""
    reading = ReadingForm(draft.written, sheets_of(draft))
    return {"offers": offers_for(by, draft, head), "reading": reading, "me": by.user_id}
