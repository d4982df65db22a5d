"""Settings › People: the list, one person, inviting and leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kam.core import clock
from kam.core.errors import BadInput, DomainError
from kam.core.htmx import hx_redirect
from kam.core.pagination import keyset_page
from kam.core.policy import Who, policy
from kam.people.directory import everybody, people_found
from kam.people.editing import edit_person
from kam.people.enums import MembershipRole, PersonState, Role
from kam.people.forms import InviteForm, LeaveForm, LostFactorForm, PeopleFilterForm, PersonForm
from kam.people.handover import hand_over, held_by, holdings
from kam.people.invitations import invite_user, send_invitation
from kam.people.lost_factor import remove_second_factors
from kam.people.own.security import factors_of
from kam.people.rules import is_last_administrator
from kam.people.selectors import open_invitation, staff
from kam.people.views.forms import saved

PER_PAGE = 50


@policy(GET=Who.ADMIN)
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody, with role, teams, how much they hold and when they last signed in."""
    principal = request.principal  # type: ignore[attr-defined]
    form = PeopleFilterForm(request.GET)
    if not form.is_valid():
        raise BadInput("unknown_filter", _("One of the filters has a value this list does not know."))
    chosen = form.cleaned_data | {"team": form.cleaned_data["team"] and form.cleaned_data["team"].pk}
    page = keyset_page(
        people_found(**chosen), order=("name_sort", "id"), limit=PER_PAGE, cursor=request.GET.get("cursor")
    )
    ids = [person.pk for person in page.rows]
    kinds = [holding for holding in holdings() if holding.listed]
    for person in page.rows:
        person.role_label, person.state_label = Role(person.role).label, PersonState(person.state).label
    held = [holding.counts(principal, ids) for holding in kinds]
    rows = [(person, [counts.get(person.pk, 0) for counts in held]) for person in page.rows]
    context = {"page": page, "rows": rows, "kinds": kinds, "form": form, "now": clock.now()}
    return render(request, "people/people.html", context)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def person_invite(request: HttpRequest) -> HttpResponse:
    """Mail somebody the link with which they sign up."""
    form = InviteForm(request.POST or None, initial={"role": Role.MANAGER})

    def save() -> None:
        data = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        invite_user(by=request.principal, site=_site(request), now=clock.now(), **data)  # type: ignore[attr-defined]

    if saved(request, form, save, said=_("Invited. The mail is on its way.")):
        return hx_redirect(request, reverse("people_list"))
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def person_detail(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Who somebody is here, what they hold, and what can be changed about it."""
    person = get_object_or_404(everybody(), pk=user_id)
    form = PersonForm(request.POST or None, initial=_as_it_is(person))
    by = request.principal  # type: ignore[attr-defined]
    if saved(request, form, lambda: edit_person(by=by, user=person, **form.cleaned_data), said=_("Saved.")):
        return hx_redirect(request, reverse("person_detail", args=[user_id]))
    return _person_page(request, person, form)


def _person_page(
    request: HttpRequest, person: Any, form: PersonForm, factor_form: LostFactorForm | None = None
) -> HttpResponse:
    by, refused = request.principal, form.errors or (factor_form and factor_form.errors)  # type: ignore[attr-defined]
    context = {
        "person": person,
        "form": form,
        "factor_form": factor_form or LostFactorForm(),
        "state": PersonState(person.state),
        "role": Role(person.role),
        "invitation": open_invitation(person),
        "factors": factors_of(person),
        "held": held_by(by, person),
        "is_last_admin": is_last_administrator(person),
        "now": clock.now(),
    }
    return render(request, "people/person.html", context, status=422 if refused else 200)


@policy(POST=Who.ADMIN)
def person_factor(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Remove a lost second factor: somebody who cannot sign in without it has asked for that."""
    person, form = get_object_or_404(everybody(), pk=user_id), LostFactorForm(request.POST)
    by = request.principal  # type: ignore[attr-defined]

    def save() -> None:
        remove_second_factors(by=by, user=person, now=clock.now(), **form.cleaned_data)

    if saved(request, form, save, said=_("The second factor is removed and they are signed out everywhere.")):
        return hx_redirect(request, reverse("person_detail", args=[user_id]))
    return _person_page(request, person, PersonForm(initial=_as_it_is(person)), form)


@policy(POST=Who.ADMIN)
def person_resend(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Mail a new link; the one before no longer works."""
    person = get_object_or_404(everybody(), pk=user_id)
    try:
        send_invitation(by=request.principal, user=person, site=_site(request), now=clock.now())  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Invited. The mail is on its way."))
    return hx_redirect(request, reverse("person_detail", args=[user_id]))


@policy(GET=Who.ADMIN, POST=Who.ADMIN)
def person_leave(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """What the leaver holds and who takes it; sent, all of it moves and their account ends."""
    by, person = request.principal, get_object_or_404(everybody(), pk=user_id)  # type: ignore[attr-defined]
    takers = staff().exclude(pk=user_id).order_by("name", "id")
    form = LeaveForm(request.POST if request.method == "POST" else None, takers=takers, held=held_by(by, person))

    def save() -> None:
        hand_over(by=by, user=person, takers=form.takers(), now=clock.now())

    said = _("%(name)s is deactivated and everything is handed over.") % {"name": person}
    if saved(request, form, save, said=said):
        return hx_redirect(request, reverse("people_list"))
    context = {"person": person, "form": form, "state": PersonState(person.state)}
    return render(request, "people/leave.html", context, status=422 if form.errors else 200)


def _as_it_is(person: Any) -> dict[str, Any]:
    teams = person.memberships.all()
    return {
        "name": person.name,
        "is_admin": person.is_admin,
        "leads": [row.team_id for row in teams if row.role == MembershipRole.LEADER],
        "works_in": [row.team_id for row in teams if row.role == MembershipRole.MANAGER],
        "skills": list(person.skills.values_list("pk", flat=True)),
    }


def _site(request: HttpRequest) -> str:
    """Where links in mail lead: to the address this request came through, which ALLOWED_HOSTS has checked."""
    return request.build_absolute_uri("/")
