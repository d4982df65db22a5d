"""Notes when and from where a session was used."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kam.core import clock
from kam.core.problem import is_api

SEEN_AT = "seen_at"
EVERY_S = 300


class LastSeenMiddleware:
    """At most every five minutes per session, so that reading pages does not write all the time.

    The stamp lies in the session, which is read anyway. Where nobody looked at it, as for /livez, nothing is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 500 and request.session.accessed and not is_api(request):
            note_use(request)
        return response


def note_use(request: HttpRequest) -> None:
    """Keep the row of this session as the present request shows it, where the last note is old enough."""
    now = int(clock.now().timestamp())
    if now - request.session.get(SEEN_AT, 0) < EVERY_S or not request.user.is_authenticated:
        return
    request.session[SEEN_AT] = now
    UserSession.objects.create_from_request(request)
