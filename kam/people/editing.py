"""Changing who somebody is here: name, role, teams and skills together, as one page shows them."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.errors import DomainError
from kam.people.enums import MembershipRole
from kam.people.memberships import set_roles
from kam.people.models import Membership, Skill, Team, User
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name, keep_an_administrator, lock_people
from kam.people.skills import set_skills


@transaction.atomic
def edit_person(
    *,
    by: Principal,
    user: User,
    name: str,
    is_admin: bool,
    leads: Collection[Team],
    works_in: Collection[Team],
    skills: Collection[Skill],
) -> None:
    """`user` is afterwards exactly this. Everybody but an administrator works in a team or leads one.

    Raises: Conflict `last_administrator`; DomainError `team_missing`, `team_twice`, `team_gone`, `not_a_leader`.
    """
    administrators_only(by)
    roles = {team.pk: MembershipRole.MANAGER for team in works_in} | {team.pk: MembershipRole.LEADER for team in leads}
    locked = lock_people(user.pk)
    user = locked[user.pk]
    if not is_admin:
        keep_an_administrator(locked, without=user.pk)
    _check(user, is_admin=is_admin, leads=leads, works_in=works_in)
    teams = Team.objects.filter(pk__in=roles).order_by("pk").select_for_update(no_key=True)
    if len(teams) < len(roles):
        raise DomainError("team_gone", _("One of these teams was deleted meanwhile."), field="works_in")
    user.name, user.is_admin = clean_name(name), is_admin
    user.save(update_fields=["name", "is_admin"])
    set_roles(Membership.objects.filter(user=user), key="team_id", roles=roles, common={"user_id": user.pk})
    set_skills(by=by, user=user, skills=skills)


def _check(user: User, *, is_admin: bool, leads: Collection[Team], works_in: Collection[Team]) -> None:
    if both := {team.pk for team in leads} & {team.pk for team in works_in}:
        twice = next(team.name for team in leads if team.pk in both)
        words = _("%(team)s stands twice: who leads a team works in it, too.") % {"team": twice}
        raise DomainError("team_twice", words, field="works_in")
    if user.is_integration and (is_admin or leads):
        raise DomainError("not_a_leader", _("An integration neither leads nor administrates."), field="leads")
    if user.is_active and not (is_admin or leads or works_in):
        raise DomainError("team_missing", _("Managers, leaders and integrations need a team."), field="works_in")
