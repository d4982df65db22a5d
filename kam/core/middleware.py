"""The outermost layer: a request id and one access line per request."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject

from kam.core.logs import begin_request

access = logging.getLogger("kam.access")


class RequestIdMiddleware:
    """Takes over a sane X-Request-ID or makes one, returns it, and writes one structured access line.

    The line names the route, never the address: addresses and queries hold what people typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = begin_request(request.headers.get("X-Request-ID"))
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        route = request.resolver_match.route if request.resolver_match else None
        line = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "user_id": _known_user_id(request),
        }
        access.info("request", extra=line)
        return response


def _known_user_id(request: HttpRequest) -> Any:
    """The user where somebody has looked already; logging must not cause a query of its own."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject):
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
