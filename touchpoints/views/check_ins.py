"""Deciding about a check-in: another day, skip, hand over, one by hand. A dialog, or a page without scripts."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.days import reporting_day
from accounts.models import Account
from accounts.selectors import get_account
from kam.core import clock
from kam.core.errors import BadInput, DomainError, NotVisible
from kam.core.htmx import is_htmx
from kam.core.policy import Who, policy
from touchpoints.check_in_forms import Decision, HandOverForm, PlanForm, RescheduleForm, SkipForm
from touchpoints.enums import CheckInSource, CheckInStatus
from touchpoints.models import CheckIn
from touchpoints.selectors import get_check_in
from touchpoints.services.check_ins import (
    hand_over_check_in,
    plan_check_in,
    reschedule_check_in,
    resume_check_in,
    skip_check_in,
)
from touchpoints.views.answers import saved


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def check_in_reschedule(request: HttpRequest, check_in_id: UUID) -> HttpResponse:
    """Another day; the menu posts one of those it offers."""
    check_in = _check_in(request, check_in_id)
    form = RescheduleForm(request.POST or None, initial={"due_on": check_in.due_on})
    if _decide(request, form, reschedule_check_in, check_in=check_in):
        return saved(
            request,
            _("Check-in at %(account)s moved to %(day)s.") % _said(check_in.account, form.cleaned_data["due_on"]),
            account_id=check_in.account_id,
            undo=_way_back(check_in),
        )
    return _dialog(request, form, check_in.account, title=_("Reschedule check-in"), check_in=check_in)


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def check_in_skip(request: HttpRequest, check_in_id: UUID) -> HttpResponse:
    """Left out, with a reason."""
    check_in = _check_in(request, check_in_id)
    form = SkipForm(request.POST or None)
    if _decide(request, form, skip_check_in, check_in=check_in):
        said = _("Check-in at %(account)s skipped.") % {"account": check_in.account.name}
        return saved(request, said, account_id=check_in.account_id, undo=_undo(check_in))
    return _dialog(request, form, check_in.account, title=_("Skip check-in"), check_in=check_in)


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def check_in_hand_over(request: HttpRequest, check_in_id: UUID) -> HttpResponse:
    """A colleague does it."""
    check_in = _check_in(request, check_in_id)
    form = HandOverForm(request.POST or None, principal=request.principal, check_in=check_in)  # type: ignore[attr-defined]
    if _decide(request, form, hand_over_check_in, check_in=check_in):
        who = {"account": check_in.account.name, "name": form.cleaned_data["to"]}
        said = _("Check-in at %(account)s handed to %(name)s.") % who
        return saved(request, said, account_id=check_in.account_id)
    return _dialog(request, form, check_in.account, title=_("Hand over check-in"), check_in=check_in)


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def check_in_plan(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One by hand, where none is planned."""
    account = get_account(request.principal, account_id)  # type: ignore[attr-defined]
    form = PlanForm(request.POST or None, initial={"purpose": request.GET.get("purpose")})
    if _decide(request, form, plan_check_in, account=account):
        said = _("Check-in at %(account)s planned for %(day)s.") % _said(account, form.cleaned_data["due_on"])
        return saved(request, said, account_id=account.pk)
    return _dialog(request, form, account, title=_("Plan check-in"))


@policy(POST=Who.STAFF)
def check_in_undo(request: HttpRequest, check_in_id: UUID) -> HttpResponse:
    """Take a skip back; or give the day back, that of `due_on` or (without) the cadence's."""
    check_in, by, now = _check_in(request, check_in_id), request.principal, clock.now()  # type: ignore[attr-defined]
    if check_in.status == CheckInStatus.SKIPPED:
        resume_check_in(by=by, now=now, check_in=check_in)
    else:
        reschedule_check_in(by=by, now=now, check_in=check_in, due_on=_day(request.GET.get("due_on", "")))
    return saved(request, _("Undone."), account_id=check_in.account_id, event="kam:undone", state="info")


def _check_in(request: HttpRequest, check_in_id: UUID) -> CheckIn:
    return get_check_in(request.principal, check_in_id)  # type: ignore[attr-defined]


def _decide(request: HttpRequest, form: Decision, service: Callable[..., Any], **about: Any) -> bool:
    """Whether the form was sent and the service agreed; what it refuses is shown in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        service(by=request.principal, now=clock.now(), **about, **form.cleaned_data)  # type: ignore[attr-defined]
    except NotVisible:
        raise
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _said(account: Account, day: date) -> dict[str, str]:
    return {"account": account.name, "day": date_format(day, "D j M")}


def _way_back(check_in: CheckIn) -> str:
    """To the day a person had chosen, or the cadence's; nowhere where the former has passed: nobody plans the past."""
    before = check_in.rescheduled_on if check_in.source == CheckInSource.CADENCE else check_in.due_on
    return "" if before and before < reporting_day(clock.now()) else _undo(check_in, before)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("bad_day", _("Write the day as 2026-09-30."), field="due_on") from error


def _undo(check_in: CheckIn, due_on: date | None = None) -> str:
    address = reverse("check_in_undo", args=[check_in.pk])
    return f"{address}?{urlencode({'due_on': due_on.isoformat()})}" if due_on else address


def _dialog(
    request: HttpRequest, form: Decision, account: Account, *, title: str, check_in: CheckIn | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "account": account,
        "check_in": check_in,
        "title": title,
        "in_dialog": is_htmx(request),
        "back_url": reverse("account_detail", args=[account.pk]),
    }
    template = "touchpoints/check_ins/form.html" if is_htmx(request) else "touchpoints/check_ins/page.html"
    return render(request, template, context, status=422 if form.errors else 200)
