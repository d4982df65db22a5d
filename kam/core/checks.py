"""kam.E001: a route or method without a declared policy stops start-up."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, Tags, register

from kam.core.routes import walk_routes


@register(Tags.urls)
def every_route_declares_its_policy(
    app_configs: Sequence[AppConfig] | None = None, urlconf: str | None = None, **kwargs: Any
) -> list[Error]:
    """One error per route that leaves a method undeclared."""
    return [
        Error(
            f"{route.pattern} ({route.name or 'no name'}) declares no policy for {', '.join(route.undeclared)}.",
            hint="Give the view @policy(GET=Who.…), the viewset a `policy`, or add its name to kam/policies.py.",
            obj=route.view,
            id="kam.E001",
        )
        for route in walk_routes(urlconf)
        if route.undeclared
    ]
