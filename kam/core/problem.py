"""Errors as RFC 9457 problem+json: one shape for every API error, whichever layer refuses."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.http import HttpRequest, HttpResponse, JsonResponse

from kam.core.logs import current_request_id

CONTENT_TYPE = "application/problem+json"


class FieldProblem(TypedDict):
    """One fault in the body: a JSON pointer ("/contacts/0"), a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: NotRequired[list[FieldProblem]]


def problem(
    status: int, code: str, detail: str, errors: Iterable[FieldProblem] = (), *, request: HttpRequest
) -> Problem:
    """The body of an error answer. `code` is stable and for machines, `detail` a sentence for people."""
    body: Problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "request_id": current_request_id(),
    }
    listed = list(errors)
    if listed:
        body["errors"] = listed
    return body


def problem_response(
    status: int, code: str, detail: str, *, request: HttpRequest, headers: dict[str, str] | None = None, **extra: Any
) -> HttpResponse:
    """The same as a finished answer, for layers that run outside the API framework."""
    return JsonResponse(
        problem(status, code, detail, request=request, **extra),
        status=status,
        content_type=CONTENT_TYPE,
        headers=headers,
    )


def is_api(request: HttpRequest) -> bool:
    """Whether the caller expects problem+json rather than a page."""
    return request.path_info.startswith("/api/")
