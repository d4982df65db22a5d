"""One touchpoint: everything recorded of it, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kam.core import clock
from kam.core.htmx import is_htmx, keep_page, trigger
from kam.core.policy import Who, policy
from touchpoints.selectors import get_touchpoint
from touchpoints.services.touchpoints import may_remove, remove_touchpoint


@policy(GET=Who.SIGNED_IN)
def touchpoint_detail(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Everything recorded of one touchpoint."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    removable = Who.STAFF.admits(principal) and may_remove(principal, touchpoint)
    return render(request, "touchpoints/detail.html", {"touchpoint": touchpoint, "may_remove": removable})


@policy(POST=Who.STAFF)
def touchpoint_undo(request: HttpRequest, touchpoint_id: UUID) -> HttpResponse:
    """Take a touchpoint back; what it had closed is open again."""
    principal = request.principal  # type: ignore[attr-defined]
    touchpoint = get_touchpoint(principal, touchpoint_id)
    account_id = touchpoint.account_id
    remove_touchpoint(by=principal, now=clock.now(), touchpoint=touchpoint)
    if is_htmx(request):
        answer = render(request, "touchpoints/saved.html", {"text": _("Undone."), "state": "info"})
        return trigger(keep_page(answer), "kam:undone", {"account": str(account_id)})
    messages.success(request, _("The touchpoint was removed."))
    return redirect("account_detail", account_id)
