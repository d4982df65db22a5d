"""Reach without a person: the list with its form, editing and removing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.conflicts import overtaken, to_save
from accounts.days import reporting_day
from kam.core import clock
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.once import key_sent, new_key
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from touchpoints.reach import ORDER, all_reach, get_reach, period_asked, reach_in, totals_of
from touchpoints.reach_form import ReachForm
from touchpoints.services.reach import EDITABLE, edit_reach, may_remove, record_reach, remove_reach

PER_PAGE = 50


@policy(GET=Who.STAFF, POST=Who.STAFF)
def reach_list(request: HttpRequest) -> HttpResponse:
    """A period's reach, newest first, and its totals; the form records more, once, however often it is sent."""
    now, key, asked = clock.now(), key_sent(request), request.GET
    form = ReachForm(request.POST or None, initial={"row": new_key(request), "occurred_on": reporting_day(now)})
    draft = f"{request.user.pk}:{request.path}"
    if request.method == "POST" and form.is_valid():
        try:
            if not all_reach().filter(pk=key).exists():
                record_reach(by=request.principal, now=now, id=key, **form.values(EDITABLE))  # type: ignore[attr-defined]
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=draft)
            return hx_redirect(request, reverse("reach_list"))
    period = period_asked(asked.get("on_from", ""), asked.get("on_to", ""), now=now)
    campaign = asked.get("campaign", "")
    found = reach_in(period, campaign=campaign)
    page = keyset_page(found, order=ORDER, limit=PER_PAGE, cursor=asked.get("cursor") or None)
    context = {"form": form, "draft": draft, "period": period, "campaign": campaign, "page": page}
    context["totals"] = totals_of(found)
    return render(request, "touchpoints/reach/list.html", context, status=422 if form.errors else 200)


@policy(GET=Who.STAFF, POST=Who.STAFF)
def reach_edit(request: HttpRequest, reach_id: UUID) -> HttpResponse:
    principal, reach = request.principal, get_reach(reach_id)  # type: ignore[attr-defined]
    form = ReachForm(request.POST or None, instance=reach)
    draft = f"{request.user.pk}:{request.path}"
    context: dict[str, Any] = {"form": form, "reach": reach, "draft": draft, "may_remove": may_remove(principal, reach)}
    if request.method == "POST" and form.is_valid():
        now, typed = clock.now(), form.values(EDITABLE)
        try:
            changes = to_save(principal, form, EDITABLE)
            edit_reach(by=principal, now=now, reach=reach, changes=changes, expected_version=form.seen)
        except DomainError as error:
            if error.code == "stale_version":
                context["overtaken"] = overtaken(principal, reach, typed=typed, seen=form.opened, now=now)
                error = DomainError(error.code, context["overtaken"].said)
            form.refuse(error)
        else:
            messages.success(request, _("Saved."), extra_tags=draft)
            return hx_redirect(request, reverse("reach_list"))
    return render(request, "touchpoints/reach/edit.html", context, status=422 if form.errors else 200)


@policy(POST=Who.STAFF)
def reach_remove(request: HttpRequest, reach_id: UUID) -> HttpResponse:
    remove_reach(by=request.principal, reach=get_reach(reach_id))  # type: ignore[attr-defined]
    messages.success(request, _("It was removed."))
    return hx_redirect(request, reverse("reach_list"))
