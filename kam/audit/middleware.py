"""Opens the history block of every request that may write."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kam.audit.context import name_actor, recorded
from kam.core.problem import is_api

READING = ("GET", "HEAD", "OPTIONS", "TRACE")


class HistoryMiddleware:
    """Writes of a request name its user; for the API its authentication adds who holds the token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in READING:
            return self.get_response(request)
        if is_api(request):
            with recorded(via="api"):
                return self.get_response(request)
        with recorded(via="web"):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Before the view, not before the policy: only a request that passed asks the database who it is."""
        if request.method not in READING and not is_api(request):
            name_actor(request.principal)  # type: ignore[attr-defined]
