"""kam.E001: a route or method without a declared policy stops start-up; kam.W002 names fields without a level."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, Tags, Warning, register

from kam.core.personal import unregistered
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


@register(Tags.models)
def every_field_has_a_level(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[Warning]:
    """One warning per field of ours of which nobody said what it tells about people.

    It fails the tests, not the start: such a field is shown nowhere that asks `readable`.
    """
    return [
        Warning(
            f"{model._meta.label}.{field} has no level.",
            hint=f"Name it in personal.py of the app {model._meta.app_label}: internal, personal or sensitive.",
            obj=model,
            id="kam.W002",
        )
        for model, field in unregistered()
    ]
