"""Puts the Principal on the request."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from kam.people.models import User
from kam.people.principal import Principal, principal_for


class PrincipalMiddleware:
    """`request.principal`, read from the database only where a view or policy looks at it.

    A session of a deactivated user ends here at once: Django's backend does not load such a user, so
    what remains is nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.principal = SimpleLazyObject(lambda: principal_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)


def principal_of(user: User | AnonymousUser) -> Principal:
    """The principal of a session's user; nobody for an anonymous one."""
    return principal_for(user) if isinstance(user, User) else Principal.nobody()
