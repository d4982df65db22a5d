"""Who may call what: every route and method says so, and what is not declared is refused.

Our web views carry `@policy(GET=Who.SIGNED_IN, POST=Who.STAFF)`. Views of other people's packages are
listed by URL name in the table that `settings.THIRD_PARTY_POLICIES` names. API views carry a class
attribute `policy` (action → scope), enforced by the API's own permission class because only there the
token is known. The system check in kam.core.checks stops start-up over a route without a policy.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect

View = TypeVar("View", bound=Callable[..., Any])
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Who(Enum):
    """The roles a route lets in; None stands for "no check at all"."""

    ANYONE = None
    SIGNED_IN = frozenset({"manager", "leader", "admin", "integration", "nobody"})
    STAFF = frozenset({"manager", "leader", "admin"})
    LEADER = frozenset({"leader", "admin"})
    ADMIN = frozenset({"admin"})

    def admits(self, principal: Any) -> bool:
        """Whether a principal (anything with `user_id` and `role`) may pass."""
        return self.value is None or (principal.user_id is not None and str(principal.role) in self.value)


WebPolicy = Mapping[str, Who]


def policy(**who_by_method: Who) -> Callable[[View], View]:
    """Declare who may call a function or class view, by HTTP method; HEAD follows GET."""
    unknown = set(who_by_method) - set(METHODS)
    if unknown:
        raise TypeError(f"Unknown HTTP method(s) in a policy: {', '.join(sorted(unknown))}")

    def declare(view: View) -> View:
        view.kam_policy = who_by_method  # type: ignore[attr-defined]
        return view

    return declare


def web_policy(view: Callable[..., Any], url_name: str | None) -> WebPolicy | None:
    """The declared policy of a web view: its own, its class's, or the third-party table's; else None."""
    table: Mapping[str, WebPolicy] = import_string(settings.THIRD_PARTY_POLICIES)
    return own_policy(view) or table.get(url_name or "")


def own_policy(view: Callable[..., Any]) -> WebPolicy | None:
    """What `@policy` declared at a view or at its class; None for other people's views."""
    declared: WebPolicy | None = getattr(view, "kam_policy", None)
    return declared or getattr(getattr(view, "view_class", None), "kam_policy", None)


def api_class(view: Callable[..., Any]) -> type[Any] | None:
    """The class of an API view that declares its scopes itself, else None.

    Only the REST framework sets `cls` on a view; it is not imported, so that the ground stays below it.
    """
    cls = getattr(view, "cls", None)
    return cls if hasattr(cls, "policy") else None


class PolicyMiddleware:
    """Lets a request reach its view only as the declared policy says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if api_class(view):
            return None
        match = request.resolver_match
        declared = web_policy(view, match.view_name if match else None)
        if declared is None:
            raise Http404("This address has no policy.")
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(_allowed(declared))})
        who = declared.get("GET" if request.method == "HEAD" else request.method or "")
        if who is None:
            return HttpResponseNotAllowed(_allowed(declared))
        if who.admits(request.principal):  # type: ignore[attr-defined]
            return None
        if request.principal.user_id is None:  # type: ignore[attr-defined]
            return to_login(request, has_page="GET" in (own_policy(view) or {}))
        raise PermissionDenied


def to_login(request: HttpRequest, *, has_page: bool) -> HttpResponse:
    """Send an anonymous caller to the sign-in page and afterwards back to the page they were on.

    `has_page`: the address of a form that was sent shows the form again; what was typed waits in the browser.
    """
    htmx = getattr(request, "htmx", None)
    if htmx:
        back = htmx.current_url_abs_path
    else:
        back = request.get_full_path() if has_page or request.method in ("GET", "HEAD") else None
    login = resolve_url(settings.LOGIN_URL)
    address = f"{login}?{urlencode({'next': back})}" if back and back != "/" else login
    return HttpResponseClientRedirect(address) if htmx else HttpResponseRedirect(address)


def _allowed(declared: WebPolicy) -> list[str]:
    return sorted([*declared, "OPTIONS", *(["HEAD"] if "GET" in declared else [])])
