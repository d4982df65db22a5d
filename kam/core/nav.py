"""The main navigation: what a role may open, and which entry the present page belongs to."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVERYONE = frozenset({"admin", "leader", "manager", "integration"})
WORKING = frozenset({"admin", "leader", "manager"})


@dataclass(frozen=True)
class Entry:
    url_name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = EVERYONE
    on_phone: bool = False  # has a place in the bar at the bottom
    key: str = ""  # opens after "g"


ENTRIES = (
    Entry("my_day", _("My day"), "sun", WORKING, on_phone=True, key="d"),
    Entry("account_list", _("Accounts"), "building", on_phone=True, key="a"),
    Entry("portfolio", _("Portfolio"), "chart-pie", WORKING, on_phone=True, key="p"),
    Entry("stale_list", _("Stale"), "hourglass"),
    Entry("import_list", _("Imports"), "file-import", WORKING),
    Entry("api_docs", _("API docs"), "api"),
)


@dataclass(frozen=True)
class Link:
    url: str
    label: str | Promise
    icon: str
    current: bool
    on_phone: bool
    key: str


def links(role: str, path: str) -> list[Link]:
    """The entries `role` may open; the one with the longest address that `path` begins with is current.

    An entry whose page is not installed is left out.
    """
    found: list[tuple[Entry, str]] = []
    for entry in ENTRIES:
        if role not in entry.roles:
            continue
        try:
            found.append((entry, reverse(entry.url_name)))
        except NoReverseMatch:
            continue
    current = max((url for _, url in found if path.startswith(url)), key=len, default="")
    return [Link(url, entry.label, entry.icon, url == current, entry.on_phone, entry.key) for entry, url in found]


def role_of(request: Any) -> str:
    """The role of the request's principal, or an empty string where nobody is known."""
    principal = getattr(request, "principal", None)
    return str(principal.role) if principal else ""
