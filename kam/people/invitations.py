"""Inviting people by mail: a signed link that works once, for seven days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError
from kam.core.letters import Letter, post
from kam.people.enums import Role
from kam.people.models import Invitation, Team, User
from kam.people.principal import Principal
from kam.people.rules import administrators_only, check_password, clean_name
from kam.people.services import create_user

INVITATION = "people.invitation"
LIFETIME = timedelta(days=7)
SALT = "kam.people.invitation"
ROLES = (Role.MANAGER, Role.LEADER, Role.ADMIN)


class LinkDead(DomainError):
    """The link was used, withdrawn, replaced, is too old or was never ours: nobody is told which."""

    status = 410

    def __init__(self) -> None:
        super().__init__("link_dead", _("This link no longer works."))


@transaction.atomic
def invite_user(
    *, by: Principal, email: str, name: str, role: Role, team: Team | None, site: str, now: datetime
) -> User:
    """A new user without a password, and the mail with which they set one. `site`: where its link leads.

    Raises: what create_user raises; DomainError `not_invitable` for an integration.
    """
    if role not in ROLES:
        raise DomainError("not_invitable", _("Only people are invited."), field="role")
    user = create_user(by=by, email=email, name=clean_name(name), role=role, team=team)
    send_invitation(by=by, user=user, site=site, now=now)
    return user


@transaction.atomic
def send_invitation(*, by: Principal, user: User, site: str, now: datetime) -> Invitation:
    """Mail a new link, which ends the one before; whoever was deactivated may come back through it.

    Raises: DomainError `not_invitable`, Conflict `signed_up`.
    """
    administrators_only(by)
    user = _locked(user.pk)
    if user.is_integration:
        raise DomainError("not_invitable", _("Only people are invited."))
    if user.has_usable_password():
        raise Conflict("signed_up", _("They have signed up already; who forgot a password resets it."))
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    Invitation.objects.filter(user=user, ended_at=None).update(ended_at=now)
    invitation = Invitation.objects.create(
        user=user, site=site, created_at=now, created_by_id=by.user_id, expires_at=now + LIFETIME
    )
    post(INVITATION, {"invitation": str(invitation.pk)}, once=str(invitation.pk))
    return invitation


def invitation_behind(token: str, *, now: datetime) -> Invitation:
    """The open invitation whose link this is. Raises: LinkDead."""
    try:
        invitation_id = UUID(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise LinkDead from error
    invitation = _open(invitation_id, now=now)
    if invitation is None:
        raise LinkDead
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, now: datetime) -> User:
    """Sign up: name and first password, by whoever holds the link. Raises: LinkDead, DomainError `weak_password`."""
    invitation = invitation_behind(token, now=now)
    user = _locked(invitation.user_id)
    if _open(invitation.pk, now=now) is None:  # somebody was faster
        raise LinkDead
    user.name = clean_name(name)
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    Invitation.objects.filter(pk=invitation.pk).update(ended_at=now)
    return user


def link_to(invitation: Invitation) -> str:
    """The address of its page. It is made when it is mailed: a table that holds it would let readers in."""
    token = signing.dumps(str(invitation.pk), salt=SALT)
    return invitation.site.rstrip("/") + reverse("invitation", args=[token])


def compose_invitation(about: dict[str, Any], now: datetime) -> Letter | None:
    """The mail; none where the invitation has ended before it was sent."""
    invitation = _open(UUID(about["invitation"]), now=now)
    if invitation is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        words = {"invitation": invitation, "link": link_to(invitation), "days": LIFETIME.days}
        body = render_to_string("people/mail/invitation.txt", words)
        return Letter(invitation.user.email, _("Your invitation to kam"), body)


def _open(invitation_id: UUID, *, now: datetime) -> Invitation | None:
    """It with its user, unless it has ended, or they have a password from elsewhere."""
    wanted = Invitation.objects.select_related("user", "created_by")
    found = wanted.filter(pk=invitation_id, ended_at=None, expires_at__gt=now, user__is_active=True).first()
    return found if found and not found.user.has_usable_password() else None


def _locked(user_id: UUID) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)
