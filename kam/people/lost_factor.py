"""A lost second factor is removed by an administrator; its owner hears of every factor that comes or goes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, Conflict
from kam.core.letters import Letter, post
from kam.people.models import FactorRemoval, User
from kam.people.own.sessions import end_sessions
from kam.people.principal import Principal
from kam.people.rules import administrators_only, lock_people

FACTOR_LETTER = "people.factor"
NAMED = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes come and go with these


@transaction.atomic
def remove_second_factors(*, by: Principal, user: User, reason: str, now: datetime) -> None:
    """Remove app, passkeys and recovery codes of a person, so that the password alone signs in; all sessions end.

    Who did it, when and why stays on record; the person gets a mail.
    Raises: BadInput without a reason, Conflict `no_second_factor`.
    """
    administrators_only(by)
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput("reason_missing", _("Say why it has to go."), field="reason")
    lock_people(user.pk)
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Conflict("no_second_factor", _("They have no second factor."))
    FactorRemoval.objects.create(user=user, removed_by_id=by.user_id, removed_at=now, reason=reason)
    end_sessions(user)
    tell(user, what="all", added=False)


@transaction.atomic
def tell(user: User, *, what: str, added: bool) -> None:
    """Mail a person that a factor ("totp", "webauthn", "all") came or went: a thief would have done it silently."""
    post(FACTOR_LETTER, {"user": str(user.pk), "what": what, "added": added})


def compose_factor_letter(about: dict[str, Any], now: datetime) -> Letter | None:
    """The mail; none for whoever has left meanwhile."""
    user = User.objects.filter(pk=UUID(about["user"]), is_active=True).first()
    if user is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        body = render_to_string("people/mail/factor.txt", {"user": user, **about})
        added = _("A second factor was added to your account")
        return Letter(user.email, added if about["added"] else _("A second factor was removed from your account"), body)
