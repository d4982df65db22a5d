"""The planner: a week of check-ins and appointments, as columns or as a list by day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kam.core import clock
from kam.core.errors import BadInput
from kam.core.policy import Who, policy
from touchpoints.choices import colleagues
from touchpoints.planner import day_asked, owner_asked, week_of

VIEWS = ("week", "agenda")


@policy(GET=Who.STAFF)
def planner(request: HttpRequest) -> HttpResponse:
    """One's own week; leaders and administrators may look at a colleague's by `?owner=`."""
    principal, now, asked = request.principal, clock.now(), request.GET  # type: ignore[attr-defined]
    view = asked.get("view") or VIEWS[0]
    if view not in VIEWS:
        raise BadInput("unknown_view", _("There is no such view."), field="view")
    may_choose = Who.LEADER.admits(principal)
    owner = owner_asked(principal, asked.get("owner", "")) if may_choose else None
    context = {
        "now": now,
        "view": view,
        "owner": owner,
        "people": colleagues(principal, None) if may_choose else [],
        "week": week_of(
            principal,
            on=day_asked(asked.get("on", ""), now=now),
            now=now,
            owner=owner,
            cursor=asked.get("cursor") or None,
        ),
    }
    return render(request, "touchpoints/planner/page.html", context)
