"""Who is asking: the only thing visibility and policy look at."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from kam.people.enums import MembershipRole, Role
from kam.people.models import User


@dataclass(frozen=True)
class Principal:
    """A person, integration or system task, with the teams whose accounts it sees.

    `team_ids` are the teams seen whole: the subtree of the teams a leader leads, or of those granted
    to an integration; empty for a manager. `scopes` is None for a session (no narrowing) or the
    scopes of a token, e.g. {"accounts:read"}.
    """

    user_id: UUID | None
    role: Role
    team_ids: tuple[UUID, ...] = ()
    scopes: frozenset[str] | None = None
    name: str = ""

    @classmethod
    def system(cls, name: str) -> "Principal":
        """A task of our own; sees everything, and says in the history who it was."""
        return cls(user_id=None, role=Role.SYSTEM, name=name)

    @classmethod
    def nobody(cls) -> "Principal":
        return cls(user_id=None, role=Role.NOBODY)

    @property
    def sees_everything(self) -> bool:
        return self.role in (Role.ADMIN, Role.SYSTEM)

    @property
    def own_view(self) -> "Principal":
        """The same person seeing only what is theirs: accounts they own or are on the account team of.

        A leader's or administrator's own day is not everybody's; nobody sees more through it.
        """
        role = Role.MANAGER if self.role in (Role.LEADER, Role.ADMIN) else self.role
        return replace(self, role=role, team_ids=())

    def may(self, scope: str) -> bool:
        """Whether a token's scopes (if any) allow `scope`; write includes read."""
        if self.scopes is None:
            return True
        resource, _, verb = scope.partition(":")
        return scope in self.scopes or (verb == "read" and f"{resource}:write" in self.scopes)


def principal_for(user: User, *, scopes: frozenset[str] | None = None) -> Principal:
    """The principal of a user; nobody where the user is deactivated."""
    if not user.is_active:
        return Principal.nobody()
    if user.is_admin:
        return Principal(user_id=user.pk, role=Role.ADMIN, scopes=scopes, name=str(user))
    leads, belongs, trees = _memberships(user)
    if user.is_integration:
        role = Role.INTEGRATION
    elif leads:
        role = Role.LEADER
    else:
        role = Role.MANAGER if belongs else Role.NOBODY
    return Principal(user_id=user.pk, role=role, team_ids=trees, scopes=scopes, name=str(user))


def _memberships(user: User) -> tuple[bool, bool, tuple[UUID, ...]]:
    """Whether `user` leads a team, belongs to one, and the teams seen whole, sorted; one query, whatever the depth.

    UNION without ALL ends where a tree should loop.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE own AS (
                SELECT team_id, role FROM people_membership WHERE user_id = %(user)s
            ), tree AS (
                SELECT team_id AS id FROM own WHERE %(whole)s OR role = %(leader)s
                UNION SELECT t.id FROM people_team t JOIN tree ON t.parent_id = tree.id
            )
            SELECT EXISTS (SELECT 1 FROM own WHERE role = %(leader)s), EXISTS (SELECT 1 FROM own),
                   ARRAY(SELECT id FROM tree ORDER BY id)
            """,
            {"user": user.pk, "whole": user.is_integration, "leader": MembershipRole.LEADER.value},
        )
        leads, belongs, trees = cursor.fetchone()
        return leads, belongs, tuple(trees)
