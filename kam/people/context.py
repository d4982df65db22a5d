"""What the frame of every page needs: who is looking, what the navigation offers, what the banner says."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from kam.core.policy import Who
from kam.people.principal import Principal

# Floors above register callables here; each returns a sentence to show on top of every page, or None.
banner_sources: list[Callable[[HttpRequest], str | None]] = []


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Template context: principal, is_staff, is_leader, is_admin (for the navigation), banners."""
    # An error page may be rendered before the middleware ran.
    principal: Principal = getattr(request, "principal", None) or Principal.nobody()
    return {
        "principal": principal,
        "is_staff": Who.STAFF.admits(principal),
        "is_leader": Who.LEADER.admits(principal),
        "is_admin": Who.ADMIN.admits(principal),
        "banners": [text for source in banner_sources if (text := source(request))],
    }
