"""Puts the Principal on the request, and its pages into the person's time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from kam.core.problem import is_api
from kam.people.models import User
from kam.people.principal import Principal, principal_for


class PrincipalMiddleware:
    """`request.principal`, read from the database only where a view or policy looks at it.

    A session of a deactivated user ends here at once: Django's backend does not load such a user, so
    what remains is nobody. Pages show times of day in the zone of whoever looks; the API speaks UTC.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.principal = SimpleLazyObject(lambda: look_at(request))  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def look_at(request: HttpRequest) -> Principal:
    """Who asks. Where nobody looks, as for /livez, no session is read and no zone needed."""
    user = request.user
    if isinstance(user, User) and not is_api(request):
        timezone.activate(ZoneInfo(user.timezone))
    return principal_of(user)


def principal_of(user: User | AnonymousUser) -> Principal:
    """The principal of a session's user; nobody for an anonymous one."""
    return principal_for(user) if isinstance(user, User) else Principal.nobody()
