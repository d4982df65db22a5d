"""The whole URL tree, flat: what the policy check and the access matrix walk."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.views.generic.edit import ProcessFormView

from kam.core.policy import METHODS, Who, api_class, web_policy


@dataclass(frozen=True)
class Route:
    """One URL pattern. `policy` maps HTTP methods to a Who (web) or to a scope (API).

    `methods` are those the view would answer; each must be in `policy`. `name` carries its namespace
    ("api:account-list"); `pattern` reads like "/accounts/<uuid:account_id>/".
    """

    pattern: str
    name: str
    methods: tuple[str, ...]
    policy: Mapping[str, Who | str]
    is_api: bool
    view: Callable[..., Any]

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Methods the view answers and no policy mentions; ("*",) where not even the methods are known."""
        missing = tuple(method for method in self.methods if method not in self.policy)
        return missing or (() if self.policy else ("*",))


def walk_routes(urlconf: str | None = None) -> Iterator[Route]:
    """Every route of the URL tree, the API router's included, in the order they are matched."""
    yield from _walk(get_resolver(urlconf), prefix="/", namespace="")


def _walk(resolver: URLResolver, *, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + _readable(entry)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, prefix=pattern, namespace=inner)
        else:
            yield _route(entry, pattern, f"{namespace}{entry.name or ''}")


def _readable(entry: URLPattern | URLResolver) -> str:
    text = str(entry.pattern)
    return simplify_regex(text).removeprefix("/") if isinstance(entry.pattern, RegexPattern) else text


def _route(entry: URLPattern, pattern: str, name: str) -> Route:
    view = entry.callback
    cls = api_class(view)
    if cls:
        actions: Mapping[str, str] = getattr(view, "actions", None) or {m: m for m in _handlers(cls)}
        scopes = {m.upper(): cls.policy[action] for m, action in actions.items() if action in cls.policy}
        methods = tuple(m.upper() for m in actions if m not in ("head", "options"))
        return Route(pattern, name, methods, scopes, is_api=True, view=view)
    declared = web_policy(view, name) or {}
    own: Any = getattr(view, "view_class", None)
    methods = tuple(m.upper() for m in _handlers(own)) if hasattr(own, "kam_policy") else tuple(declared)
    return Route(pattern, name, methods, declared, is_api=False, view=view)


def _handlers(cls: type) -> list[str]:
    """The methods a class answers. Django's PUT of form views is left out: undeclared, it is a 405."""
    found = [m.lower() for m in METHODS if hasattr(cls, m.lower())]
    if getattr(cls, "put", None) is ProcessFormView.put:
        found.remove("put")
    return found
