"""Refuses bad input before anything parses it (docs/security.md).

Outermost but for logging and static files, so that neither sessions nor forms nor the API ever see a
body that is too large, JSON that is a bomb, or text the database could not keep.
"""

from collections.abc import Callable
from importlib import import_module
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from kam.core.errors import BadInput
from kam.core.problem import is_api, problem_response
from kam.core.text import check_json, check_text
from kam.core.views import error_answer

MIB = 2**20
BODY_LIMIT = MIB
BULK_LIMIT = 5 * MIB
SEARCH_FIELDS = {"q", "search"}
SEARCH_LENGTH = 200
UNREADABLE = (BadRequest, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, UnreadablePostError)


class TooLarge(BadInput):
    """The body is larger than this address takes."""

    status = 413


class BadInputMiddleware:
    """Answers 400 or 413 itself; everything it lets through is text that can be stored as it came."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            check_head(request)
            check_body(request)
        except BadInput as refusal:
            return _refuse(request, refusal)
        return self.get_response(request)


def check_head(request: HttpRequest) -> None:
    """Path, query string and headers. Raises: BadInput."""
    check_text(request.path_info)
    check_pairs(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"), search=True)
    for name, value in request.META.items():
        if name.startswith("HTTP_") and not (value.isascii() and value.isprintable()):
            check_text(value)
            check_text(value.encode("latin-1", "replace").decode("utf-8", "replace"))


def check_body(request: HttpRequest) -> None:
    """Size first, then content by its type. Raises: BadInput, TooLarge."""
    kind = request.content_type or ""
    multipart = kind == "multipart/form-data"
    limit = _limit(request.path_info, multipart=multipart)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise BadInput("bad_length", "Content-Length is not a number.")
    if int(length) > limit:
        raise TooLarge("too_large", f"The body may have at most {limit // MIB} MiB.")
    if int(length) > BULK_LIMIT and not _is_signed_in(request):
        raise TooLarge("too_large", "Sign in before you send a file as large as this.")
    try:
        if kind == "application/json" or kind.endswith("+json"):
            if request.body:
                check_json(request.body)
        elif kind == "application/x-www-form-urlencoded":
            if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
                raise BadInput("invalid_encoding", "Forms must be UTF-8.")
            check_pairs(request.body)
        elif multipart:
            # Django streams the files to disk here; only the text around them is looked at. Names of
            # files need no look: Django has stripped every unprintable character from them.
            _check_fields([(name, value) for name, values in request.POST.lists() for value in values])
    except RequestDataTooBig as error:
        raise TooLarge("too_large", "The body is too large.") from error
    except UNREADABLE as error:
        raise BadInput("unreadable", "The body could not be read.") from error


# Others who know a caller before the body is read, such as the API its tokens.
vouching: list[Callable[[HttpRequest], bool]] = []


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether somebody known sends it: nobody else may have hundreds of MiB written to our disk.

    Who that is and may is decided after the body was read, by session, token and policy.
    """
    if any(knows(request) for knows in vouching):
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(key) and SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(key)


def check_pairs(encoded: bytes, *, search: bool = False) -> None:
    """A query string or an urlencoded form. Raises: BadInput."""
    try:
        text = encoded.decode("utf-8")
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        )
    except UnicodeDecodeError as error:
        raise BadInput("invalid_encoding", "The text is not valid UTF-8.") from error
    except ValueError as error:
        raise BadInput("too_many_fields", "There are too many fields.") from error
    _check_fields(pairs)
    if search and any(name in SEARCH_FIELDS and len(value) > SEARCH_LENGTH for name, value in pairs):
        raise BadInput("search_too_long", f"A search may have at most {SEARCH_LENGTH} characters.")


def _check_fields(pairs: list[tuple[str, str]]) -> None:
    for name, value in pairs:
        check_text(name)
        check_text(value, field=name)


def _limit(path: str, *, multipart: bool) -> int:
    if multipart and (room := [mib for beginning, mib in settings.UPLOAD_PATHS.items() if path.startswith(beginning)]):
        return max(room) * MIB
    return BULK_LIMIT if path.startswith("/api/") and path.rstrip("/").endswith("/bulk") else BODY_LIMIT


def _refuse(request: HttpRequest, refusal: BadInput) -> HttpResponseBase:
    if is_api(request) and refusal.field:
        fault = {"pointer": refusal.field, "code": refusal.code, "detail": refusal.detail}
        return problem_response(refusal.status, refusal.code, refusal.detail, request=request, errors=[fault])
    return error_answer(request, refusal.status, refusal.code, refusal.detail)
