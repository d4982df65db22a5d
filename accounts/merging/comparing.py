"""Two rows side by side: what differs, which value usually survives, and what would move."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.conflicts import in_words
from accounts.merging.choices import (
    ACCOUNT_CHOICES,
    CONTACT_CHOICES,
    EMPTY,
    differing,
    fuller_account,
    fuller_contact,
)
from accounts.merging.parts import Counted, parts
from accounts.merging.tables import tables_of
from accounts.models import Account, Contact
from accounts.selectors import visible_among
from kam.people.principal import Principal

LABELS = {
    "name": gettext_lazy("Name"), "owner": gettext_lazy("Owner"), "team": gettext_lazy("Team"),
    "parent": gettext_lazy("Part of"), "segment": gettext_lazy("Segment"), "tier": gettext_lazy("Tier"),
    "lifecycle": gettext_lazy("Lifecycle"), "customer_since": gettext_lazy("Customer since"),
    "silence_from_on": gettext_lazy("Silence counts from"),
    "renewal_on": gettext_lazy("Renewal"), "revenue": gettext_lazy("Revenue"),
    "industry": gettext_lazy("Industry"), "country": gettext_lazy("Country"), "website": gettext_lazy("Website"),
    "employees": gettext_lazy("Employees"), "acquired_via": gettext_lazy("Acquired via"),
    "job_title": gettext_lazy("Job title"), "email": gettext_lazy("Email"), "phone": gettext_lazy("Phone"),
    "relation": gettext_lazy("Relation"), "buying_roles": gettext_lazy("Buying roles"),
    "influence": gettext_lazy("Influence"), "communication_style": gettext_lazy("Communication style"),
}  # fmt: skip

COUNTED: Sequence[Counted] = (
    Counted("accounts_contact", lambda n: ngettext("%(n)d person", "%(n)d people", n) % {"n": n}),
    Counted("accounts_note", lambda n: ngettext("%(n)d note", "%(n)d notes", n) % {"n": n}),
    Counted("accounts_externalid", lambda n: ngettext("%(n)d external id", "%(n)d external ids", n) % {"n": n}),
)


@dataclass(frozen=True)
class Line:
    """A choice: what stands in the survivor, what in the other, and whether the other's is proposed."""

    choice: str
    label: str
    survivor: str
    absorbed: str
    differs: bool
    proposed: bool


@dataclass(frozen=True)
class Comparison:
    """`moves`: what would move, in words; `versions` are those that were looked at."""

    lines: Sequence[Line]
    moves: Sequence[str]
    versions: str


def compare_accounts(principal: Principal, survivor: Account, absorbed: Account) -> Comparison:
    """`principal` sees both; a parent out of its sight is not named."""
    parents = visible_among(principal, (survivor.parent_id, absorbed.parent_id))

    def word(row: Any, field: str) -> str:
        if field == "parent" and row.parent_id and row.parent_id not in parents:
            return _("something you do not see")
        return in_words(row, field)

    lines = _lines(ACCOUNT_CHOICES, survivor, absorbed, proposed=fuller_account(survivor, absorbed), word=word)
    counted = [*COUNTED, *(one for part in parts() for one in part.counted)]
    return Comparison(lines, _moves(Account, absorbed.pk, counted), _versions(survivor, absorbed))


def compare_contacts(survivor: Contact, absorbed: Contact) -> Comparison:
    """Nothing sensitive is compared: it is kept, and joined, unseen."""
    lines = _lines(CONTACT_CHOICES, survivor, absorbed, proposed=fuller_contact(survivor, absorbed), word=in_words)
    counted = [one for part in parts() for one in part.counted_of_contacts]
    return Comparison(lines, _moves(Contact, absorbed.pk, counted), _versions(survivor, absorbed))


def versions_of(text: str) -> tuple[int, int] | None:
    """What a form brings back; None where it is nothing of ours."""
    one, _dash, other = text.partition("-")
    return (int(one), int(other)) if one.isdecimal() and other.isdecimal() and len(text) < 20 else None


def _versions(survivor: Any, absorbed: Any) -> str:
    return f"{survivor.version}-{absorbed.version}"


def _lines(
    choices: Mapping[str, tuple[str, ...]],
    survivor: Model,
    absorbed: Model,
    *,
    proposed: Collection[str],
    word: Callable[[Any, str], str],
) -> list[Line]:
    differ = differing(choices, survivor, absorbed)

    def words(row: Model, choice: str) -> str:
        if choice == "revenue":
            amounts = [getattr(row, field) for field in ("account_revenue", "company_revenue")]
            told = [number_format(amount, 0, force_grouping=True) for amount in amounts if amount is not None]
            return " · ".join(f"{amount} {in_words(row, 'currency')}" for amount in told) or "–"
        shown = [word(row, field) for field in choices[choice]]
        return " ".join(part for part in shown if part != "–") or "–"

    return [
        Line(
            choice,
            str(LABELS[choice]),
            words(survivor, choice),
            words(absorbed, choice),
            differs=choice in differ,
            proposed=choice in proposed,
        )
        for choice, fields in choices.items()
        if choice in differ or getattr(survivor, fields[0]) not in EMPTY
    ]


def _moves(target: type[Model], absorbed_id: UUID, counted: Sequence[Counted]) -> list[str]:
    """One query for all counts."""
    columns = {table.name: table.columns[0] for table in tables_of(target)}
    counts = ", ".join(
        f"(SELECT count(*) FROM {one.table} WHERE {columns[one.table]} = %(absorbed)s)" for one in counted
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", {"absorbed": absorbed_id})
        found = cursor.fetchone()
    return [one.words(number) for one, number in zip(counted, found, strict=True) if number]
