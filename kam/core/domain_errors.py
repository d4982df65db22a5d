"""Web pages: a DomainError that a view let pass becomes the error page of its status.

Views turn those a form can show into form errors; what remains is an object that is not there (or not
for this person) and an address nobody could have clicked. The API has its own handler.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kam.core.errors import DomainError, NotVisible
from kam.core.integrity import gone_meanwhile
from kam.core.views import error_answer, not_found


class DomainErrorMiddleware:
    """NotVisible answers through the very view that answers an unknown address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, NotVisible):
            return not_found(request)
        error = exception if isinstance(exception, DomainError) else gone_meanwhile(exception)
        return error_answer(request, error.status, error.code, error.detail) if error else None
