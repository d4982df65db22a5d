"""Reading people for the settings: everybody there is or was, with role, state and teams."""

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Lower

from kam.people.enums import MembershipRole, PersonState, Role
from kam.people.models import Invitation, Membership, User

OPEN = Exists(Invitation.objects.filter(user=OuterRef("pk"), ended_at=None))
INVITED = Q(OPEN, password__startswith=UNUSABLE_PASSWORD_PREFIX, is_active=True)
STATES = {
    PersonState.ACTIVE: Q(is_active=True) & ~INVITED,
    PersonState.INVITED: INVITED,
    PersonState.DEACTIVATED: Q(is_active=False),
}


def everybody() -> QuerySet[Any]:
    """All users with `role`, `state`, `name_sort` and, prefetched, `memberships` with their teams."""
    own = Membership.objects.filter(user=OuterRef("pk"))
    role = Case(
        When(is_active=False, then=Value(Role.NOBODY.value)),
        When(is_admin=True, then=Value(Role.ADMIN.value)),
        When(is_integration=True, then=Value(Role.INTEGRATION.value)),
        When(Exists(own.filter(role=MembershipRole.LEADER)), then=Value(Role.LEADER.value)),
        When(Exists(own), then=Value(Role.MANAGER.value)),
        default=Value(Role.NOBODY.value),
        output_field=CharField(),
    )
    state = Case(
        *(When(condition, then=Value(name.value)) for name, condition in STATES.items()), output_field=CharField()
    )
    teams = Membership.objects.select_related("team").order_by("team__name", "id")
    found = User.objects.annotate(role=role, state=state, name_sort=Lower("name"))
    return found.prefetch_related(Prefetch("memberships", queryset=teams))


def people_found(*, search: str = "", state: str = "", role: str = "", team: UUID | None = None) -> QuerySet[Any]:
    """Those of everybody that fit all that is said."""
    found = everybody()
    if search:
        found = found.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if state:
        found = found.filter(state=state)
    if role:
        found = found.filter(role=role)
    if team:
        found = found.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), team_id=team)))
    return found
