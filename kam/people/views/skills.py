"""Settings › Skills."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.people.forms import SkillForm
from kam.people.selectors import skills_with_holders
from kam.people.skills import create_skill, delete_skill, rename_skill
from kam.people.views.forms import saved

PER_PAGE = 100


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def skill_list(request: HttpRequest) -> HttpResponse:
    """All skills with how many have them, and a line to add one."""
    form = SkillForm(request.POST or None)
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: create_skill(by=by, name=form.cleaned_data["name"]), said=_("Added.")):
        return hx_redirect(request, reverse("skill_list"))
    page = keyset_page(skills_with_holders(), order=("name", "id"), limit=PER_PAGE, cursor=request.GET.get("cursor"))
    return render(request, "people/skills.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def skill_edit(request: HttpRequest, skill_id: UUID) -> HttpResponse:
    """Give it another name, or delete it where nobody needs it."""
    skill = get_object_or_404(skills_with_holders(), pk=skill_id)
    form = SkillForm(request.POST or None, initial={"name": skill.name})
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: rename_skill(by=by, skill=skill, name=form.cleaned_data["name"]), said=_("Saved.")):
        return hx_redirect(request, reverse("skill_list"))
    return render(request, "people/skill.html", {"skill": skill, "form": form}, status=422 if form.errors else 200)


@policy(POST=Who.ADMIN)
def skill_delete(request: HttpRequest, skill_id: UUID) -> HttpResponse:
    skill = get_object_or_404(skills_with_holders(), pk=skill_id)
    try:
        delete_skill(by=request.principal, skill=skill)  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, error.detail)
        return hx_redirect(request, reverse("skill_edit", args=[skill_id]))
    messages.success(request, _("Deleted."))
    return hx_redirect(request, reverse("skill_list"))
