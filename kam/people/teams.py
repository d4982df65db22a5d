"""Changing the team tree and who works in it. Making a team is in services.py."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.people.enums import MembershipRole
from kam.people.memberships import set_roles
from kam.people.models import Membership, Team, User
from kam.people.principal import Principal
from kam.people.rules import administrators_only, clean_name, lock_people


def edit_team(
    *,
    by: Principal,
    team: Team,
    name: str,
    parent: Team | None,
    leaders: Collection[User],
    members: Collection[User],
) -> None:
    """The team is afterwards exactly this. It never stands below itself, whoever moves another one meanwhile.

    Raises: NotVisible where it was deleted meanwhile; Conflict `team_taken`, `left_already`; DomainError
    `team_circle`, `team_gone`, `person_twice`, `not_a_leader`.
    """
    administrators_only(by)
    name = clean_name(name)
    _check_people(leaders, members)
    roles = {user.pk: MembershipRole.MANAGER for user in members} | {user.pk: MembershipRole.LEADER for user in leaders}
    with translating_integrity(), transaction.atomic():
        people = lock_people(*roles)  # before the teams, as whoever edits or deactivates a person
        if not all(people[user_id].is_active for user_id in roles):
            raise Conflict("left_already", _("Somebody you chose is deactivated meanwhile: look again who is there."))
        _check_place(_locked(), team.pk, parent.pk if parent else None)
        Team.objects.filter(pk=team.pk).update(name=name, parent=parent)
        set_roles(Membership.objects.filter(team=team), key="user_id", roles=roles, common={"team_id": team.pk})


@transaction.atomic
def delete_team(*, by: Principal, team: Team) -> None:
    """A team without people, teams below it and accounts. Raises: Conflict `team_in_use`."""
    administrators_only(by)
    _locked()
    in_use = Conflict("team_in_use", _("Only an empty team can be deleted: no people, no teams below it, no accounts."))
    if Membership.objects.filter(team=team).exists():
        raise in_use
    try:
        Team.objects.get(pk=team.pk).delete()
    except ProtectedError as error:
        raise in_use from error


def _locked() -> dict[UUID, UUID | None]:
    """team → parent of every team, locked: some dozens of rows, and two moves must not make a circle together."""
    rows = Team.objects.order_by("pk").select_for_update(no_key=True)
    return dict(rows.values_list("pk", "parent_id"))


def _check_place(parents: dict[UUID, UUID | None], team_id: UUID, parent_id: UUID | None) -> None:
    if team_id not in parents:
        raise NotVisible
    if parent_id is not None and parent_id not in parents:
        raise DomainError("team_gone", _("This team was deleted meanwhile."), field="parent")
    above = parent_id
    while above is not None:
        if above == team_id:
            raise DomainError("team_circle", _("A team cannot stand below itself."), field="parent")
        above = parents.get(above)


def _check_people(leaders: Collection[User], members: Collection[User]) -> None:
    if both := {user.pk for user in leaders} & {user.pk for user in members}:
        twice = next(str(user) for user in leaders if user.pk in both)
        words = _("%(name)s stands twice: who leads a team works in it, too.") % {"name": twice}
        raise DomainError("person_twice", words, field="members")
    if any(user.is_integration for user in leaders):
        raise DomainError("not_a_leader", _("An integration neither leads nor administrates."), field="leaders")
