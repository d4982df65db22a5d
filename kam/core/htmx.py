"""Small answers to htmx requests."""

import json
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

Response = TypeVar("Response", bound=HttpResponseBase)


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks; reads the header, so it works before any middleware ran."""
    return request.headers.get("HX-Request") == "true"


def hx_redirect(request: HttpRequest, address: str) -> HttpResponse:
    """Send the whole page to `address`: by header for htmx (303 would be swapped in), else by 303."""
    if is_htmx(request):
        return HttpResponseClientRedirect(address)
    return HttpResponse(status=303, headers={"Location": address})


def trigger(response: Response, event: str, detail: Any = None) -> Response:
    """Have the page fire `event` when the answer arrives; events add up."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events[event] = detail if detail is not None else {}
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def keep_page(response: HttpResponse) -> HttpResponse:
    """Have htmx leave the page as it is, with whatever was typed into it."""
    response.headers["HX-Reswap"] = "none"
    return response
