"""The log dialog filled with what is recorded: to correct it, or to tell how an appointment went."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.conflicts import Overtaken, overtaken, own_changes
from kam.core import clock
from kam.core.errors import Conflict, DomainError
from kam.core.htmx import is_htmx
from kam.core.policy import Who, policy
from touchpoints.amend_form import AmendForm, CompleteForm
from touchpoints.forms import Asking
from touchpoints.models import Touchpoint
from touchpoints.selectors import get_touchpoint
from touchpoints.services.amending import EDITABLE, amend_touchpoint
from touchpoints.services.appointments import complete_touchpoint
from touchpoints.services.rules import may_amend
from touchpoints.views.answers import saved

STALE = "stale_version"


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def touchpoint_edit(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Correct what is recorded."""
    said = _("Saved.")
    return _page(request, touchpoint_id, AmendForm, amend_touchpoint, title=_("Edit touchpoint"), said=said)


@policy(GET=Who.STAFF, POST=Who.STAFF)
@vary_on_headers("HX-Request")
def touchpoint_complete(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Tell how an appointment went."""
    said, undo = _("Logged."), reverse("touchpoint_reopen", args=[touchpoint_id])
    return _page(
        request, touchpoint_id, CompleteForm, complete_touchpoint, title=_("How did it go?"), said=said, undo=undo
    )


def _page(
    request: HttpRequest,
    touchpoint_id: UUID,
    form_class: type[AmendForm],
    service: Callable[..., Touchpoint],
    *,
    title: str,
    said: str,
    undo: str = "",
) -> HttpResponse:
    """Show the form, or save it; a refusal keeps what was typed (422)."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    if not may_amend(principal, touchpoint):
        words = _("Only who logged it or took part, a leader or an administrator can change it.")
        raise DomainError("not_yours", words)
    asking = Asking(principal, clock.now(), ZoneInfo(request.user.timezone))  # type: ignore[union-attr]
    form = form_class(request.POST or None, asking=asking, touchpoint=touchpoint)
    draft = f"touchpoint:{request.user.pk}:{request.path}"
    context: dict[str, Any] = {
        "form": form,
        "touchpoint": touchpoint,
        "account": touchpoint.account,
        "title": title,
        "draft": draft,
    }
    if request.method == "POST" and form.is_valid():
        try:
            service(by=principal, now=asking.now, touchpoint=touchpoint, expected_version=form.seen, **_changes(form))
        except DomainError as error:
            if error.code == STALE:
                context["overtaken"] = _overtaken(form)
                error = Conflict(STALE, context["overtaken"].said)
            form.refuse(error)
        else:
            return saved(request, said, account_id=touchpoint.account_id, undo=undo, drafts=[draft])
    context |= {"in_dialog": is_htmx(request), "back_url": reverse("touchpoint_detail", args=[touchpoint_id])}
    template = "touchpoints/amend_form.html" if context["in_dialog"] else "touchpoints/amend.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _changes(form: AmendForm) -> dict[str, Any]:
    """What is typed; where it is saved over others' edits, of the columns only those that were changed."""
    changes = form.changes()
    if not form.cleaned_data["over"]:
        return changes
    typed = {name: value for name, value in changes.items() if name in EDITABLE}
    own = own_changes(form.asking.principal, form.touchpoint, typed=typed, seen=form.cleaned_data["version"])
    return {name: value for name, value in changes.items() if name not in EDITABLE or name in own}


def _overtaken(form: AmendForm) -> Overtaken:
    """Their values beside mine; people are no columns, and are compared when mine is saved over theirs."""
    typed = {name: value for name, value in form.changes().items() if name in EDITABLE}
    return overtaken(
        form.asking.principal, form.touchpoint, typed=typed, seen=form.cleaned_data["version"], now=form.asking.now
    )
