"""Every refusal of the API as problem+json (RFC 9457), with the right status and never a 5xx for input."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions, serializers

from kam.core.errors import DomainError
from kam.core.integrity import gone_meanwhile
from kam.core.problem import FieldProblem, Problem, problem
from kam.core.problem import problem_response as finished

STALE = "stale_version"  # what services say where somebody was faster
NOT_FOUND = "There is nothing at this address, or you may not see it."


class PreconditionRequired(exceptions.APIException):
    status_code = 428
    default_detail = "Send If-Match with the ETag of the version you read."
    default_code = "if_match_missing"


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "The resource was changed since you read it. Read it again."
    default_code = STALE


def problem_response(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer to an exception of a view; None for one that is a bug and must be seen as such."""
    request: HttpRequest = context["request"]
    exc = gone_meanwhile(exc) or exc
    if isinstance(exc, DomainError | exceptions.ValidationError):
        status, code, detail, errors = _told(exc)
        return finished(status, code, detail, request=request, errors=errors)
    if isinstance(exc, ValidationError):
        faults = _flat(serializers.as_serializer_error(exc))
        return finished(400, "invalid", "The input is not valid.", request=request, errors=list(faults))
    if isinstance(exc, Http404 | exceptions.NotFound):
        return finished(404, "not_found", NOT_FOUND, request=request)
    if isinstance(exc, PermissionDenied):
        return finished(403, "permission_denied", "You may not do this.", request=request)
    if isinstance(exc, RequestDataTooBig):
        return finished(413, "too_large", "The body is too large.", request=request)
    if isinstance(exc, SuspiciousOperation | BadRequest | UnreadablePostError):
        return finished(400, "bad_request", "The request could not be read.", request=request)
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc, request)
    return None


def problem_of(error: DomainError | exceptions.ValidationError, *, request: HttpRequest) -> Problem:
    """What `error` would be answered as by itself, for one of many things in an answer."""
    return problem(*_told(error), request=request)


def _told(error: DomainError | exceptions.ValidationError) -> tuple[int, str, str, list[FieldProblem]]:
    if isinstance(error, exceptions.ValidationError):
        return 400, "invalid", "The input is not valid.", list(_flat(error.detail))
    errors = [_fault(f"/{error.field}", error.code, error.detail)] if error.field else []
    # Missing and invisible are one: the words of NotVisible are the same everywhere.
    detail = NOT_FOUND if error.status == 404 else error.detail
    return 412 if error.code == STALE else error.status, error.code, detail, errors


def _of_framework(exc: exceptions.APIException, request: HttpRequest) -> HttpResponse:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    code = exc.get_codes()
    return finished(
        exc.status_code, code if isinstance(code, str) else "error", str(exc.detail), request=request, headers=headers
    )


def _flat(detail: Any, pointer: str = "") -> Iterator[FieldProblem]:
    """One entry per message of a nested error, with the JSON pointer of its place in the body."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            step = "" if key == "non_field_errors" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _flat(inner, pointer + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{pointer}/{index}" if isinstance(inner, Mapping | list) else pointer)
    else:
        yield _fault(pointer, getattr(detail, "code", "invalid"), str(detail))


def _fault(pointer: str, code: str, detail: str) -> FieldProblem:
    return {"pointer": pointer, "code": code, "detail": detail}
