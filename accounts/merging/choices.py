"""Whose value survives, choice by choice: what stands on the page of comparison, and what the API calls `take`."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account, Contact
from kam.core.errors import Conflict, DomainError

# A choice → the fields it decides together: revenue means nothing in another currency.
ACCOUNT_CHOICES: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "owner": ("owner",),
    "team": ("team",),
    "parent": ("parent",),
    "segment": ("segment",),
    "tier": ("tier",),
    "lifecycle": ("lifecycle",),
    "customer_since": ("customer_since",),
    "silence_from_on": ("silence_from_on",),
    "renewal_on": ("renewal_on",),
    "revenue": ("account_revenue", "company_revenue", "currency"),
    "industry": ("industry",),
    "country": ("country",),
    "website": ("website",),
    "employees": ("employees",),
    "acquired_via": ("acquired_via",),
}
CONTACT_CHOICES: Mapping[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    **{
        name: (name,)
        for name in ("job_title", "email", "phone", "relation", "buying_roles", "influence", "communication_style")
    },
}
EMPTY: tuple[Any, ...] = (None, "", [])


def columns_of(model: type[Model], fields: Iterable[str]) -> list[str]:
    return [str(model._meta.get_field(field).column) for field in fields]  # type: ignore[union-attr]


def fields_taken(choices: Mapping[str, tuple[str, ...]], take: Collection[str]) -> list[str]:
    """The fields that these choices decide. Raises: DomainError for an unknown choice."""
    if unknown := sorted(set(take) - set(choices)):
        raise DomainError(
            "unknown_choice", _("There is no such choice: %(name)s.") % {"name": unknown[0]}, field="take"
        )
    return [field for choice, fields in choices.items() if choice in take for field in fields]


def check_versions(survivor: Any, absorbed: Any, seen: tuple[int, int] | None) -> None:
    """They are the ones that somebody compared (None: whichever). Raises: Conflict("stale_version")."""
    if seen is not None and seen != (survivor.version, absorbed.version):
        words = _("Somebody changed one of the two meanwhile: look again at what is to survive.")
        raise Conflict("stale_version", words)


def fuller_account(survivor: Account, absorbed: Account) -> set[str]:
    """What is usually meant: whatever the survivor lacks, the longer past, and the customer of the two."""
    take = _lacking(ACCOUNT_CHOICES, survivor, absorbed) - {"silence_from_on"}
    if _silence_began_before(absorbed, survivor):
        take |= {"silence_from_on"}
    if absorbed.lifecycle in CUSTOMER_LIFECYCLES and survivor.lifecycle not in CUSTOMER_LIFECYCLES:
        take |= {"lifecycle"}
    since, other = survivor.customer_since, absorbed.customer_since
    if since and other and other < since:
        take |= {"customer_since"}
    becomes = absorbed.lifecycle if "lifecycle" in take else survivor.lifecycle
    return take - {"customer_since"} if becomes == "prospect" else take


def _silence_began_before(absorbed: Account, survivor: Account) -> bool:
    """Never the later day: the twin that was imported today, whichever of the two it is, would have it forgotten."""
    if own := survivor.silence_from_on:
        begun = absorbed.silent_since_on  # without a day of its own: where it became a customer
        return begun is not None and begun < own
    counts_already = survivor.last_touch_at or survivor.customer_since
    return absorbed.silence_from_on is not None and not counts_already


def fuller_contact(survivor: Contact, absorbed: Contact) -> set[str]:
    take = _lacking(CONTACT_CHOICES, survivor, absorbed)
    if len(absorbed.buying_roles) > len(survivor.buying_roles):
        take |= {"buying_roles"}
    return take


def differing(choices: Mapping[str, tuple[str, ...]], one: Model, other: Model) -> list[str]:
    """The choices there are to make."""
    return [choice for choice, fields in choices.items() if _values(one, fields) != _values(other, fields)]


def _lacking(choices: Mapping[str, tuple[str, ...]], survivor: Model, absorbed: Model) -> set[str]:
    return {
        choice
        for choice, fields in choices.items()
        if _values(survivor, fields[:1])[0] in EMPTY and _values(absorbed, fields[:1])[0] not in EMPTY
    }


def _values(row: Model, fields: Iterable[str]) -> list[Any]:
    return [getattr(row, column) for column in columns_of(type(row), fields)]
