"""Settings › Segments."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Segment
from accounts.selectors import segments_with_accounts
from accounts.services.segments import create_segment, delete_segment, rename_segment
from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.forms import SkillForm as NameForm
from kam.people.views.forms import saved


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def segment_list(request: HttpRequest) -> HttpResponse:
    """All segments with how many accounts are in them, and a line to add one."""
    form = NameForm(request.POST or None)
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: create_segment(by=by, name=form.cleaned_data["name"]), said=_("Added.")):
        return hx_redirect(request, reverse("segment_list"))
    context = {"segments": segments_with_accounts(by), "form": form}
    return render(request, "settings/segment_list.html", context, status=422 if form.errors else 200)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def segment_edit(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    """Give it another name, or delete it where nothing needs it."""
    segment = get_object_or_404(Segment, pk=segment_id)
    form = NameForm(request.POST or None, initial={"name": segment.name})
    by = request.principal  # type: ignore[attr-defined]

    def save() -> None:
        rename_segment(by=by, segment=segment, name=form.cleaned_data["name"])

    if saved(request, form, save, said=_("Saved.")):
        return hx_redirect(request, reverse("segment_list"))
    context = {"segment": segment, "form": form}
    return render(request, "settings/segment_form.html", context, status=422 if form.errors else 200)


@policy(POST=Who.ADMIN)
def segment_delete(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    try:
        delete_segment(by=request.principal, segment=segment)  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, error.detail)
        return hx_redirect(request, reverse("segment_edit", args=[segment_id]))
    messages.success(request, _("Deleted."))
    return hx_redirect(request, reverse("segment_list"))
