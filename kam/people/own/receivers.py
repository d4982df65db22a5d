"""A new password ends what was signed in with the old one."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.dispatch import receiver
from django.http import HttpRequest

from kam.people.models import User
from kam.people.own.sessions import end_sessions


@receiver([password_changed, password_set, password_reset], dispatch_uid="kam.people.own")
def end_other_sessions(request: HttpRequest, user: User, **_: Any) -> None:
    """Django refuses the old sessions by their hash; here their rows go too, so that the list tells the truth."""
    end_sessions(user, but=request.session.session_key)
