"""Who calls the API: the holder of a bearer token, or the session of the browsable docs."""

import hmac
import re

from django.http import HttpRequest
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from kam.audit.context import name_actor
from kam.core import clock
from kam.people.models import ApiToken, User
from kam.people.principal import Principal, principal_for
from kam.people.selectors import token_by_prefix
from kam.people.services import record_token_use, token_digest

TOKEN = re.compile(r"kam_([0-9a-f]{12})_[0-9a-f]{64}")


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer kam_…`; every kind of bad token gets the same words."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = clock.now()
        token = _valid_token(secret.strip())
        if token is None or token.revoked_at or (token.expires_at and token.expires_at <= now):
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        if not token.user.is_active:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        record_token_use(token=token, now=now)
        scopes = None if token.scopes is None else frozenset(token.scopes)
        _act_as(request, principal_for(token.user, scopes=scopes))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="kam"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in person, with CSRF; their principal is the one the web has."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        if found is not None:
            name_actor(request._request.principal)  # type: ignore[attr-defined]
        return found


def holds_token(request: HttpRequest) -> bool:
    """Whether a token that is ours comes with it; whether it may still be used is decided later."""
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return scheme.lower() == "bearer" and _valid_token(secret.strip()) is not None


def _valid_token(secret: str) -> ApiToken | None:
    match = TOKEN.fullmatch(secret)
    token = token_by_prefix(match[1]) if match else None
    return token if token and hmac.compare_digest(token.digest, token_digest(secret)) else None


def _act_as(request: Request, principal: Principal) -> None:
    """The token decides, also where the same request carries a session cookie."""
    under: HttpRequest = request._request
    under.principal = principal  # type: ignore[attr-defined]
    name_actor(principal)
