"""The log dialog: a dialog over any page, a page of its own without scripts."""

import uuid
from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.choices import accounts_named
from accounts.models import Account
from accounts.selectors import get_account
from kam.core import clock
from kam.core.errors import BadInput, Conflict, DomainError
from kam.core.htmx import is_htmx
from kam.core.policy import Who, policy
from touchpoints.choices import WEB
from touchpoints.enums import TouchpointStatus
from touchpoints.forms import Asking, LogForm, WhatForm
from touchpoints.models import Touchpoint
from touchpoints.preview import sentence, what_follows
from touchpoints.selectors import logged_as
from touchpoints.services.rules import status_at
from touchpoints.services.touchpoints import log_touchpoint
from touchpoints.staffing import Procedure, procedure_of
from touchpoints.standing import standing_of
from touchpoints.views.answers import saved
from touchpoints.when import is_now


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def touchpoint_log(request: HttpRequest) -> HttpResponse:
    """Ask what happened, and record it; `?account=`, `?type=` and `?channel=` fill the form in beforehand."""
    asking = _asking(request)
    if request.method == "POST":
        return _save(request, LogForm(request.POST, asking=asking))
    initial = {"staff": [request.user.pk], "type": request.GET.get("type"), "channel": request.GET.get("channel")}
    form = LogForm(initial=initial, asking=asking, account=_account_asked(request))
    return _dialog(request, form)


@policy(GET=Who.STAFF)
def touchpoint_preview(request: HttpRequest) -> HttpResponse:
    """The line that says what will follow from what is filled in so far."""
    form = WhatForm(request.GET, asking=_asking(request))
    context = {"form": form, "follows": _follows(form), "procedure": _procedure(form), "as_answer": True}
    return render(request, "touchpoints/follows.html", context)


@policy(GET=Who.STAFF)
def touchpoint_people(request: HttpRequest) -> HttpResponse:
    """Contacts and colleagues to choose from, once the account is known."""
    initial = {"account": request.GET.get("account"), "staff": [request.user.pk]}
    return render(request, "touchpoints/people.html", {"form": LogForm(initial=initial, asking=_asking(request))})


@policy(GET=Who.STAFF)
def touchpoint_choice(request: HttpRequest) -> HttpResponse:
    """The chips of one catalogue, with what was picked in the list of the others in front."""
    name = request.GET.get("of", "")
    if name not in ("type", "channel"):
        raise BadInput("unknown_choice", _("There is no such choice."), field="of")
    form = WhatForm(request.GET, asking=_asking(request))
    offer = form.catalogue.types if name == "type" else form.catalogue.channels
    return render(request, "touchpoints/choice.html", {"name": name, "offer": offer, "picked": True})


def _asking(request: HttpRequest) -> Asking:
    return Asking(request.principal, clock.now(), ZoneInfo(request.user.timezone))  # type: ignore


def _account_asked(request: HttpRequest) -> Account | None:
    asked = request.GET.get("account")
    if not asked:
        return None
    try:
        account_id = uuid.UUID(asked)
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not the id of an account."), field="account") from error
    return get_account(request.principal, account_id)  # type: ignore[attr-defined]


def _follows(form: WhatForm) -> str:
    """Nothing to say before account and time are known."""
    account, moment, asking = form.account_chosen, form.moment, form.asking
    if account is None or moment is None:
        return ""
    if form.is_ahead:
        return _("Still to come: planned as an appointment, which counts once it took place")
    follows = what_follows(
        account,
        standing_of(account),
        type=form.type_chosen,
        direction=form["direction"].value() or form.usual_direction,
        occurred_at=moment,
        now=asking.now,
    )
    return sentence(follows, now=asking.now)


def _procedure(form: WhatForm) -> Procedure:
    staff = cast(QueryDict, form.data).getlist("staff") if form.is_bound else form.initial.get("staff", [])
    return procedure_of(form.type_chosen, staff)


def _dialog(request: HttpRequest, form: LogForm, *, status: int = 200) -> HttpResponse:
    in_dialog = is_htmx(request)
    account = form.account_chosen
    context = {
        "form": form,
        "account": account,
        "accounts": [] if account else accounts_named(form.asking.principal),
        "follows": _follows(form),
        "procedure": _procedure(form),
        "in_dialog": in_dialog,
    }
    template = "touchpoints/log_form.html" if in_dialog else "touchpoints/log.html"
    return render(request, template, context, status=status)


def _save(request: HttpRequest, form: LogForm) -> HttpResponse:
    if not form.is_valid():
        return _dialog(request, form, status=422)
    try:
        return _saved(request, _log(form))
    except DomainError as error:
        form.refuse(error)
        return _dialog(request, form, status=422)


def _log(form: LogForm) -> Touchpoint:
    """A save that is repeated because its answer was lost finds what it saved; its "now" was then."""
    asking, token = form.asking, str(form.cleaned_data["token"])
    moment = form.moment or asking.now
    what = {
        "by": asking.principal,
        "now": asking.now,
        "account": form.cleaned_data["account"],
        "type": form.type_chosen,
        "channel": form.channel_chosen,
        "status": status_at(moment, now=asking.now),
        "source": WEB,
        "external_id": token,
        **form.details(),
    }
    try:
        return log_touchpoint(occurred_at=moment, **what).touchpoint
    except Conflict:
        earlier = logged_as(asking.principal, WEB, token)
        if earlier is None or not is_now(form.cleaned_data["when"]):
            raise
        return log_touchpoint(occurred_at=earlier.occurred_at, **what).touchpoint


def _saved(request: HttpRequest, touchpoint: Touchpoint) -> HttpResponse:
    is_planned = touchpoint.status == TouchpointStatus.PLANNED
    words = _("Planned for %(account)s.") if is_planned else _("Logged for %(account)s.")
    draft = f"log:{request.user.pk}:"
    return saved(
        request,
        words % {"account": touchpoint.account.name},
        account_id=touchpoint.account_id,
        undo=reverse("touchpoint_undo", args=[touchpoint.pk]),
        drafts=(f"{draft}any", f"{draft}{touchpoint.account_id}"),
    )
