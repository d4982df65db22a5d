"""The only writers of users, memberships and tokens."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, Conflict, DomainError
from kam.core.ids import uuid7
from kam.core.integrity import register_constraint, translating_integrity
from kam.people.enums import MembershipRole, Role
from kam.people.models import ApiToken, Invitation, Membership, Team, User
from kam.people.own.sessions import end_sessions
from kam.people.principal import Principal
from kam.people.rules import (
    NotAllowed,
    administrators_only,
    check_password,
    clean_email,
    keep_an_administrator,
    lock_people,
    self_or_administrator,
)

ASSIGNABLE_ROLES = (Role.ADMIN, Role.LEADER, Role.MANAGER, Role.INTEGRATION)

register_constraint(
    "user_email_once", lambda: Conflict("email_taken", _("A user with this email exists already."), field="email")
)
register_constraint(
    "team_name_once", lambda: Conflict("team_taken", _("A team with this name exists already."), field="name")
)


def create_user(
    *, by: Principal, email: str, name: str, role: Role, password: str | None = None, team: Team | None = None
) -> User:
    """A new user in a role; everybody but an administrator works in (or is granted) a team.

    Without a password the user signs in after setting one by mail.
    Raises: BadInput for the email, DomainError `weak_password` or `team_missing`, Conflict `email_taken`.
    """
    administrators_only(by)
    if role not in ASSIGNABLE_ROLES:
        raise BadInput("role_unknown", _("This is not a role a user can be given."), field="role")
    if team is None and role != Role.ADMIN:
        raise DomainError("team_missing", _("Managers, leaders and integrations need a team."), field="team")
    user = User(
        email=clean_email(email),
        name=name.strip(),
        is_admin=role == Role.ADMIN,
        is_integration=role == Role.INTEGRATION,
    )
    if password is not None:
        check_password(password, user)
    user.set_password(password)
    with translating_integrity(), transaction.atomic():
        user.save(force_insert=True)
        if team is not None:
            Membership.objects.create(user=user, team=team, role=_membership_role(role))
    return user


def create_team(*, by: Principal, name: str, parent: Team | None = None) -> Team:
    """A new team below `parent`. Raises: Conflict `team_taken`."""
    administrators_only(by)
    with translating_integrity(), transaction.atomic():
        return Team.objects.create(name=name.strip(), parent=parent)


def set_membership(*, by: Principal, user: User, team: Team, role: MembershipRole | None) -> Membership | None:
    """Make `user` manager or leader of `team`, or with None end the membership."""
    administrators_only(by)
    if role is None:
        Membership.objects.filter(user=user, team=team).delete()
        return None
    membership, _ = Membership.objects.update_or_create(user=user, team=team, defaults={"role": role})
    return membership


@transaction.atomic
def deactivate_user(*, by: Principal, user: User, now: datetime) -> None:
    """End all that `user` can do: sessions, password, second factors, tokens, invitation, role, memberships.

    What they wrote keeps their name. The password goes too, so that sessions stay dead should the user
    ever be activated again.
    Raises: Conflict `last_administrator`.
    """
    administrators_only(by)
    keep_an_administrator(lock_people(user.pk), without=user.pk)
    user.is_active = user.is_admin = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_admin", "password"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    Invitation.objects.filter(user=user, ended_at=None).update(ended_at=now)
    Membership.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)


def create_api_token(
    *,
    by: Principal,
    user: User,
    now: datetime,
    scopes: Iterable[str] | None = None,
    label: str = "",
    lifetime: timedelta = timedelta(days=365),
    id: UUID | None = None,
) -> tuple[ApiToken, str]:
    """A token of `user` and its secret, which is not stored and cannot be shown again.

    `scopes` None: all that the user may. Whether a scope exists is the API's to know. `id`: where the
    caller gives the row its key, so that asking twice makes one. Administrators make them for integrations,
    nobody but the shell for another person.
    """
    self_or_administrator(by, user.pk)
    if by.role != Role.SYSTEM and by.user_id != user.pk and not user.is_integration:
        raise NotAllowed("not_allowed", _("Nobody makes a token with which to act as another person."))
    if not user.is_active:
        raise DomainError("user_inactive", _("A deactivated user gets no token."), field="user")
    prefix = secrets.token_hex(6)
    secret = f"kam_{prefix}_{secrets.token_hex(32)}"
    token = ApiToken.objects.create(
        id=id or uuid7(),
        user=user,
        label=label,
        prefix=prefix,
        digest=token_digest(secret),
        scopes=None if scopes is None else sorted(set(scopes)),
        expires_at=now + lifetime,
    )
    return token, secret


def revoke_api_token(*, by: Principal, token: ApiToken, now: datetime) -> None:
    """End a token; a second call changes nothing."""
    self_or_administrator(by, token.user_id)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
    token.refresh_from_db(fields=["revoked_at"])


def record_token_use(*, token: ApiToken, now: datetime) -> None:
    """Note that a token was used, at most once a minute so that busy tokens do not write all the time."""
    if token.last_used_at is None or now - token.last_used_at >= timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def token_digest(secret: str) -> str:
    """What is stored of a token. It carries 256 random bits, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _membership_role(role: Role) -> MembershipRole:
    return MembershipRole.LEADER if role == Role.LEADER else MembershipRole.MANAGER
