"""The panels that accounts itself puts on its page: the people there, our team, and the facts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import BuyingRole, LifecycleEventKind, MemberRole
from accounts.models import Account, Contact
from accounts.registry import Panel, registry
from accounts.selectors import contacts_of
from accounts.sensitive import reads_sensitive
from accounts.side import own_side, side_of
from kam.people.enums import Role
from kam.people.principal import Principal


@dataclass(frozen=True)
class Fact:
    """A word and its value; a day is shown as one."""

    word: str
    value: Any

    @property
    def is_day(self) -> bool:
        return isinstance(self.value, date)


def register_panels() -> None:
    """Called once, when the app is ready."""
    registry.add(
        Panel("people", gettext_lazy("People"), "accounts/panels/people.html", 20, people),
        Panel("notes", gettext_lazy("Notes"), "accounts/panels/notes.html", 25, notes),
        Panel("team", gettext_lazy("Account team"), "accounts/panels/team.html", 30, team),
        Panel("facts", gettext_lazy("Facts"), "accounts/panels/facts.html", 90, facts),
    )


def people(principal: Principal, account: Account, now: datetime) -> dict[str, Any]:
    contacts = list(contacts_of(principal, account))
    parts = [(contact, part_of(contact)) for contact in contacts]
    for_few = principal.role != Role.INTEGRATION and reads_sensitive(principal, account)
    return {"contacts": parts, "gaps": gaps_in(contacts), "count": len(contacts), "for_few": for_few}


def part_of(contact: Contact) -> str:
    """Title and buying roles in words; their relation where neither is known."""
    roles = [str(BuyingRole(role).label) for role in contact.buying_roles]
    return " · ".join([*filter(None, [contact.job_title]), *roles]) or contact.get_relation_display()


def gaps_in(contacts: list[Contact]) -> list[str]:
    """What is missing in the relationship, in words; nothing where nobody is known at all."""
    if not contacts:
        return []
    roles = {role for contact in contacts for role in contact.buying_roles}
    found = []
    if BuyingRole.SPONSOR not in roles:
        found.append(_("No sponsor"))
    if BuyingRole.DECISION_MAKER not in roles:
        found.append(_("No decision maker"))
    if len(contacts) == 1:
        found.append(_("Everything hangs on one person"))
    return found


def notes(principal: Principal, account: Account, now: datetime) -> dict[str, Any]:
    """The pinned notes and the newest of the others."""
    rows = own_side(principal, account)["newest_notes"]
    return {"notes": [{**note, "at": datetime.fromisoformat(note["at"])} for note in rows]}


def team(principal: Principal, account: Account, now: datetime) -> dict[str, Any]:
    members = [(one["name"], MemberRole(one["role"]).label) for one in own_side(principal, account)["members"]]
    return {"members": members, "count": len(members)}


def facts(principal: Principal, account: Account, now: datetime) -> dict[str, Any]:
    """What is on file; kin only where `principal` sees them."""
    rows = dict(side_of(principal, account))
    own = rows.pop(account.pk)
    parent = rows.pop(account.parent_id, None)
    return {
        "facts": _plain_facts(account),
        "website_url": _web_address(account.website),
        "parent": parent,
        "children": list(rows.values()),
        "known_as": own["known_as"],
        "events": [
            {"label": LifecycleEventKind(e["kind"]).label, "on": date.fromisoformat(e["on"])} for e in own["events"]
        ],
    }


def _plain_facts(account: Account) -> list[Fact]:
    pairs = [
        (_("Customer since"), account.customer_since),
        (_("Industry"), account.industry),
        (_("Country"), account.country),
        (_("Segment"), account.segment),
        (_("Employees"), account.employees),
        (_("Acquired via"), account.acquired_via),
    ]
    return [Fact(word, value) for word, value in pairs if value not in (None, "")]


def _web_address(website: str) -> str | None:
    """The address to link to; None for anything but the web, such as javascript:."""
    scheme, colon, _rest = website.partition("://")
    if not colon:
        return f"https://{website}" if website and ":" not in website else None
    return website if scheme.lower() in ("http", "https") else None
