"""Settings › Sign-in: password, second factor, passkeys, recovery codes, sessions."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from kam.core import clock
from kam.core.errors import NotVisible
from kam.core.htmx import hx_redirect
from kam.core.policy import Who, policy
from kam.people.models import User
from kam.people.own.sessions import end_sessions, sessions_of

TYPE = Authenticator.Type


@dataclass(frozen=True)
class Factors:
    """What a person has besides the password. `codes_left` None: no recovery codes were made."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None

    @property
    def has_second(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    codes = next((row for row in rows if row.type == TYPE.RECOVERY_CODES), None)
    return Factors(
        app=next((row for row in rows if row.type == TYPE.TOTP), None),
        passkeys=[row for row in rows if row.type == TYPE.WEBAUTHN],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


@policy(GET=Who.SIGNED_IN)
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is signed in."""
    user: User = request.user  # type: ignore[assignment]
    sessions = sessions_of(user, now=clock.now(), here=request.session.session_key)
    return render(request, "settings/security.html", {"factors": factors_of(user), "sessions": sessions})


@policy(POST=Who.SIGNED_IN)
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out in the browser that `session` names, or in all others."""
    user: User = request.user  # type: ignore[assignment]
    here, chosen = request.session.session_key, request.POST.get("session")
    if chosen is not None and not (chosen.isascii() and chosen.isdigit() and len(chosen) < 18):
        raise NotVisible
    ended = end_sessions(user, but=here, only=None if chosen is None else int(chosen))
    if chosen is not None and not ended:
        raise NotVisible
    said = ngettext("Signed out in %(count)s other browser.", "Signed out in %(count)s other browsers.", ended)
    messages.success(request, said % {"count": ended} if ended else _("You were signed in nowhere else."))
    return hx_redirect(request, reverse("security"))
