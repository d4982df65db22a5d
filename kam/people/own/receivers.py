"""A new password ends what was signed in with the old one; a new or removed factor is told by mail."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver
from django.http import HttpRequest

from kam.people.lost_factor import NAMED, tell
from kam.people.models import User
from kam.people.own.sessions import end_sessions


@receiver([password_changed, password_set, password_reset], dispatch_uid="kam.people.own")
def end_other_sessions(request: HttpRequest, user: User, **_: Any) -> None:
    """Django refuses the old sessions by their hash; here their rows go too, so that the list tells the truth."""
    end_sessions(user, but=request.session.session_key)


@receiver(authenticator_added, dispatch_uid="kam.people.factor_added")
def tell_of_a_factor(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type in NAMED:
        tell(user, what=authenticator.type, added=True)


@receiver(authenticator_removed, dispatch_uid="kam.people.factor_removed")
def tell_of_a_factor_gone(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type in NAMED:
        tell(user, what=authenticator.type, added=False)
