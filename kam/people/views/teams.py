"""Settings › Teams."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kam.core.errors import DomainError
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.enums import MembershipRole
from kam.people.forms import TeamForm, TeamPeopleForm
from kam.people.models import Membership, Team
from kam.people.services import create_team
from kam.people.teams import delete_team, edit_team
from kam.people.tree import team_counts, team_rows
from kam.people.views.forms import saved


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def team_list(request: HttpRequest) -> HttpResponse:
    """The tree with who leads what, and a line to add a team."""
    form = TeamForm(request.POST or None)
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: create_team(by=by, **form.cleaned_data), said=_("Added.")):
        return hx_redirect(request, reverse("team_list"))
    context = {"rows": team_rows(by), "counts": team_counts(), "form": form}
    return render(request, "people/teams.html", context, status=422 if form.errors else 200)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def team_edit(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Name, place, leaders and members of a team."""
    team = get_object_or_404(Team, pk=team_id)
    rows = Membership.objects.filter(team=team, user__is_active=True).values_list("user_id", "role")
    initial = {
        "name": team.name,
        "parent": team.parent_id,
        "leaders": [user_id for user_id, role in rows if role == MembershipRole.LEADER],
        "members": [user_id for user_id, role in rows if role == MembershipRole.MANAGER],
    }
    form = TeamPeopleForm(request.POST or None, initial=initial)
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: edit_team(by=by, team=team, **form.cleaned_data), said=_("Saved.")):
        return hx_redirect(request, reverse("team_list"))
    return render(request, "people/team.html", {"team": team, "form": form}, status=422 if form.errors else 200)


@policy(POST=Who.ADMIN)
def team_delete(request: HttpRequest, team_id: UUID) -> HttpResponse:
    team = get_object_or_404(Team, pk=team_id)
    try:
        delete_team(by=request.principal, team=team)  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, error.detail)
        return hx_redirect(request, reverse("team_edit", args=[team_id]))
    messages.success(request, _("Deleted."))
    return hx_redirect(request, reverse("team_list"))
