"""One touchpoint: everything recorded of it, taking it back, and bringing it back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kam.core import clock
from kam.core.policy import Who, policy
from touchpoints.enums import TouchpointStatus
from touchpoints.filekinds import KINDS
from touchpoints.selectors import get_touchpoint
from touchpoints.services.appointments import cancel_touchpoint, record_no_show, reopen_touchpoint
from touchpoints.services.restoring import restore_touchpoint
from touchpoints.services.rules import may_amend, may_remove
from touchpoints.services.touchpoints import remove_touchpoint
from touchpoints.views.answers import saved


@policy(GET=Who.SIGNED_IN)
def touchpoint_detail(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Everything recorded of one touchpoint."""
    principal, now = request.principal, clock.now()  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    is_staff = Who.STAFF.admits(principal)
    context = {
        "touchpoint": touchpoint,
        "may_remove": is_staff and may_remove(principal, touchpoint),
        "may_amend": is_staff and may_amend(principal, touchpoint),
        "is_planned": touchpoint.status == TouchpointStatus.PLANNED,
        "file_endings": ",.".join(KINDS),
        "is_due": touchpoint.occurred_at <= now,
    }
    return render(request, "touchpoints/detail.html", context)


@policy(POST=Who.STAFF)
def touchpoint_undo(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Delete a touchpoint; what it had closed is open again. It can be brought back."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    remove_touchpoint(by=principal, now=clock.now(), touchpoint=touchpoint)
    return saved(
        request,
        _("The touchpoint was removed."),
        account_id=touchpoint.account_id,
        undo=reverse("touchpoint_restore", args=[touchpoint_id]),
        event="kam:undone",
        state="info",
    )


@policy(POST=Who.STAFF)
def touchpoint_restore(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Bring back what was deleted."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = restore_touchpoint(by=principal, now=clock.now(), touchpoint_id=touchpoint_id)
    return saved(request, _("The touchpoint is back."), account_id=touchpoint.account_id)


@policy(POST=Who.STAFF)
def touchpoint_cancel(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """The appointment will not take place."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    cancel_touchpoint(by=principal, now=clock.now(), touchpoint=touchpoint)
    reopen = reverse("touchpoint_reopen", args=[touchpoint_id])
    return saved(request, _("The appointment is cancelled."), account_id=touchpoint.account_id, undo=reopen)


@policy(POST=Who.STAFF)
def touchpoint_no_show(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """The customer did not come."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    record_no_show(by=principal, now=clock.now(), touchpoint=touchpoint)
    reopen = reverse("touchpoint_reopen", args=[touchpoint_id])
    return saved(request, _("Recorded as a no-show."), account_id=touchpoint.account_id, undo=reopen)


@policy(POST=Who.STAFF)
def touchpoint_reopen(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Undo of completing, cancelling and the no-show: the appointment waits again."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    reopen_touchpoint(by=principal, now=clock.now(), touchpoint=touchpoint)
    return saved(request, _("The appointment waits again."), account_id=touchpoint.account_id, event="kam:undone")
