"""The main navigation: what a role may open, and which entry the present page belongs to."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVERYONE = frozenset({"admin", "leader", "manager", "integration"})
LEADING = frozenset({"admin", "leader"})
WORKING = frozenset({"admin", "leader", "manager"})


@dataclass(frozen=True)
class Entry:
    url_name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = EVERYONE
    on_phone: bool = False  # has a place in the bar at the bottom
    key: str = ""  # opens after "g"
    badge: str = ""  # url name of what is new there, asked for by the browser


ENTRIES = (
    Entry("my_day", _("My day"), "sun", WORKING, on_phone=True, key="d", badge="day_badge"),
    Entry("planner", _("Planner"), "calendar", WORKING, key="w"),
    Entry("account_list", _("Accounts"), "building", on_phone=True, key="a"),
    Entry("portfolio", _("Portfolio"), "chart-pie", WORKING, on_phone=True, key="p"),
    Entry("stale_list", _("Stale"), "hourglass"),
    Entry("census", _("Census"), "scale", LEADING),
    Entry("import_list", _("Imports"), "file-import", WORKING),
    Entry("api_docs", _("API docs"), "api"),
    Entry("settings_home", _("Settings"), "settings"),
)


# Pages without a place in the navigation: another page leads there, and the search.
ELSEWHERE = (
    Entry("duplicate_list", _("Duplicates"), "arrow-merge", WORKING),
    Entry("export_list", _("Exports"), "download", WORKING),
)


@dataclass(frozen=True)
class SettingsEntry:
    """A page of the settings: what it is for, in one sentence, and who may open it."""

    url_name: str
    label: str | Promise
    sentence: str | Promise
    roles: frozenset[str] = EVERYONE


ADMINISTRATORS = frozenset({"admin"})

SETTINGS: tuple[tuple[str | Promise, tuple[SettingsEntry, ...]], ...] = (
    (
        _("You"),
        (
            SettingsEntry("profile", _("Profile"), _("Your name, your time zone and the morning mail."), WORKING),
            SettingsEntry(
                "security", _("Sign-in"), _("Password, second factor, passkeys and where you are signed in.")
            ),
            SettingsEntry("token_list", _("API tokens"), _("What lets a program act for you.")),
        ),
    ),
    (
        _("People"),
        (
            SettingsEntry(
                "people_list", _("People"), _("Who works here, in which role; invite, hand over."), ADMINISTRATORS
            ),
            SettingsEntry("team_list", _("Teams"), _("The tree that decides what leaders see."), ADMINISTRATORS),
            SettingsEntry("skill_list", _("Skills"), _("What people can do and touchpoints need."), ADMINISTRATORS),
        ),
    ),
    (
        _("Work"),
        (
            SettingsEntry("cadence_list", _("Cadence"), _("How often accounts want to hear from us."), ADMINISTRATORS),
            SettingsEntry(
                "type_list",
                _("Touchpoint types"),
                _("Kinds of interaction, their groups and procedures."),
                ADMINISTRATORS,
            ),
            SettingsEntry("channel_list", _("Channels"), _("The media a touchpoint can use."), ADMINISTRATORS),
            SettingsEntry("segment_list", _("Segments"), _("Groups of accounts served alike."), ADMINISTRATORS),
            SettingsEntry("tag_list", _("Tags"), _("Words that people put on accounts."), ADMINISTRATORS),
            SettingsEntry(
                "health_weights",
                _("Health weights"),
                _("What counts how much, per tier, and who would change band."),
                ADMINISTRATORS,
            ),
        ),
    ),
    (
        _("Oversight"),
        (
            SettingsEntry(
                "audit_list", _("Audit"), _("Who changed what, and who read what is sensitive."), ADMINISTRATORS
            ),
            SettingsEntry(
                "visibility_why", _("Who can see it?"), _("Why a person sees an account, or does not."), ADMINISTRATORS
            ),
            SettingsEntry(
                "first_run", _("First steps"), _("From an empty company to the first check-ins."), ADMINISTRATORS
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Action:
    """What one can begin from anywhere. `in_dialog`: over the page one is on."""

    url_name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = WORKING
    in_dialog: bool = False


ACTIONS = (
    Action("touchpoint_log", _("Log a touchpoint"), "plus", in_dialog=True),
    Action("account_new", _("New account"), "building"),
    Action("import_new", _("Import a file"), "file-import"),
    Action("person_invite", _("Invite somebody"), "user-plus", ADMINISTRATORS),
)


@dataclass(frozen=True)
class ActionLink:
    url: str
    label: str | Promise
    icon: str
    in_dialog: bool


def action_links(role: str) -> list[ActionLink]:
    """The actions `role` may begin."""
    found = [(action, url) for action in ACTIONS if role in action.roles and (url := _url(action.url_name))]
    return [ActionLink(url, action.label, action.icon, action.in_dialog) for action, url in found]


@dataclass(frozen=True)
class Link:
    url: str
    label: str | Promise
    icon: str
    current: bool
    on_phone: bool
    key: str
    badge: str = ""


def links(role: str, path: str) -> list[Link]:
    """The entries `role` may open; the one with the longest address that `path` begins with is current.

    An entry whose page is not installed is left out.
    """
    found = [(entry, url) for entry in ENTRIES if role in entry.roles and (url := _url(entry.url_name))]
    current = max((url for _, url in found if path.startswith(url)), key=len, default="")
    return [
        Link(url, entry.label, entry.icon, url == current, entry.on_phone, entry.key, entry.badge and _url(entry.badge))
        for entry, url in found
    ]


def further_links(role: str) -> list[Link]:
    """Pages that `role` may open beside those of the navigation."""
    found = [(entry, url) for entry in ELSEWHERE if role in entry.roles and (url := _url(entry.url_name))]
    return [Link(url, entry.label, entry.icon, False, False, "") for entry, url in found]


@dataclass(frozen=True)
class SettingsLink:
    url: str
    label: str | Promise
    sentence: str | Promise
    current: bool


def settings_links(role: str, path: str) -> list[tuple[str | Promise, list[SettingsLink]]]:
    """The settings `role` may open, by group; groups without any are left out."""
    groups: list[tuple[str | Promise, list[SettingsLink]]] = []
    for label, entries in SETTINGS:
        found = [(entry, url) for entry in entries if role in entry.roles and (url := _url(entry.url_name))]
        if found:
            groups.append((label, [SettingsLink(url, e.label, e.sentence, path.startswith(url)) for e, url in found]))
    return groups


def _url(name: str) -> str:
    """Its address, or an empty string where the page is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def role_of(request: Any) -> str:
    """The role of the request's principal, or an empty string where nobody is known."""
    principal = getattr(request, "principal", None)
    return str(principal.role) if principal else ""
