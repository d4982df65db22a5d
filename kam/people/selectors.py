"""The readers of users, teams and tokens."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, QuerySet

from kam.core.errors import NotVisible
from kam.people.enums import MembershipRole, Role
from kam.people.models import ApiToken, Invitation, Membership, Skill, Team, User
from kam.people.principal import Principal

M = TypeVar("M", bound=Model)


def user_by_email(email: str) -> User | None:
    """The user with this email, active or not, whatever the case."""
    return User.objects.filter(email__iexact=email.strip()).first()


def team_by_name(name: str) -> Team | None:
    return Team.objects.filter(name=name.strip()).first()


def team_names() -> list[str]:
    return list(Team.objects.order_by("name", "id").values_list("name", flat=True))


def staff() -> QuerySet[User]:
    """Active people (not integrations), for choices such as the owner of an account."""
    return User.objects.filter(is_active=True, is_integration=False)


def colleagues_of(principal: Principal) -> QuerySet[User]:
    """The active people whom `principal` may know of: an integration those of its teams, anybody else all."""
    if principal.role != Role.INTEGRATION:
        return staff()
    return staff().filter(pk__in=Membership.objects.filter(team_id__in=principal.team_ids).values("user_id"))


def teams_of_users(user_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """user id → ids of their teams, sorted; one query for any number of users."""
    teams: dict[UUID, list[UUID]] = {}
    rows = Membership.objects.filter(user_id__in=list(user_ids)).order_by("team_id", "id")
    for user_id, team_id in rows.values_list("user_id", "team_id"):
        teams.setdefault(user_id, []).append(team_id)
    return teams


def token_by_prefix(prefix: str) -> ApiToken | None:
    """The token with this prefix and its user, revoked and expired ones included.

    Every call of the API asks this, and Django took four times longer to write the statement than to have it answered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_token_sql(), [prefix])
        row = cursor.fetchone()
    if row is None:
        return None
    split = len(ApiToken._meta.concrete_fields)
    token = _loaded(ApiToken, row[:split])
    token.user = _loaded(User, row[split:])
    return token


@cache
def _token_sql() -> str:
    fields = [*ApiToken._meta.concrete_fields, *User._meta.concrete_fields]
    columns = ", ".join(f'"{field.model._meta.db_table}"."{field.column}"' for field in fields)
    tokens, users = ApiToken._meta.db_table, User._meta.db_table
    return f"SELECT {columns} FROM {tokens} JOIN {users} ON {users}.id = {tokens}.user_id WHERE {tokens}.prefix = %s"


def _loaded(model: type[M], row: Sequence[Any]) -> M:
    """A row of all columns of `model` as Django would have loaded it."""
    fields = model._meta.concrete_fields
    values = [
        value if not hasattr(field, "from_db_value") else field.from_db_value(value, None, connection)
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def api_tokens(principal: Principal) -> QuerySet[ApiToken]:
    """The tokens that `principal` may look after: one's own, an administrator everybody's."""
    tokens = ApiToken.objects.select_related("user")
    if principal.sees_everything:
        return tokens
    return tokens.filter(user_id=principal.user_id) if principal.user_id else tokens.none()


def get_api_token(principal: Principal, token_id: UUID) -> ApiToken:
    """One of them; NotVisible whether it is missing or somebody else's."""
    token = api_tokens(principal).filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    return token


def token_holders(principal: Principal) -> QuerySet[User]:
    """Whom `principal` may make tokens for: oneself; an administrator also integrations, but nobody else's person."""
    own = Q(pk=principal.user_id)
    holders = own | Q(is_integration=True) if principal.sees_everything else own
    return User.objects.filter(holders, is_active=True).order_by("name", "id")


def home_team(user_id: UUID) -> Team | None:
    """The team that a user's new accounts belong to: the one they work in, else the one they lead."""
    memberships = Membership.objects.filter(user_id=user_id).select_related("team")
    return next((m.team for m in memberships.order_by("-role", "id")), None)


def teams_above(team_id: UUID) -> list[Team]:
    """A team and those above it, itself first; one query, for some dozens of rows."""
    teams = {team.pk: team for team in Team.objects.all()}
    chain: list[Team] = []
    current = teams.get(team_id)
    while current is not None and current not in chain:  # a loop ends where it began
        chain.append(current)
        current = teams.get(current.parent_id) if current.parent_id else None
    return chain


def teams_seen_whole(user: User) -> set[UUID]:
    """The teams whose accounts the user sees with all below them: those led, or granted to an integration."""
    memberships = Membership.objects.filter(user=user)
    if not user.is_integration:
        memberships = memberships.filter(role=MembershipRole.LEADER)
    return set(memberships.values_list("team_id", flat=True))


def skills_with_holders() -> QuerySet[Skill]:
    """Skills, each with `people`: how many active people have it."""
    return Skill.objects.annotate(people=Count("holders", filter=Q(holders__user__is_active=True)))


def open_invitation(user: User) -> Invitation | None:
    """The last link mailed to them, if it was not used, withdrawn or replaced; it may be too old by now."""
    return Invitation.objects.filter(user=user, ended_at=None).first()
