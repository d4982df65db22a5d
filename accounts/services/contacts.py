"""Creating and editing the people at an account."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.health import mark_dirty
from accounts.models import Account, Contact
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.people.principal import Principal

EDITABLE = [
    "first_name",
    "last_name",
    "job_title",
    "email",
    "phone",
    "relation",
    "buying_roles",
    "influence",
    "communication_style",
]


@transaction.atomic
def create_contact(*, by: Principal, account: Account, **fields: Any) -> Contact:
    """A new contact of an account that `by` sees. Raises DomainError without any name."""
    contact = Contact(account=account, created_by_id=by.user_id, **fields)
    _prepare(contact)
    with translating_integrity():
        contact.save(force_insert=True)
    if contact.buying_roles:
        mark_dirty([account.pk])  # who decides, sponsors or champions is part of an account's health
    return contact


@transaction.atomic
def edit_contact(*, by: Principal, contact: Contact, changes: Mapping[str, Any], version: int | None = None) -> Contact:
    """Apply `changes`; Conflict("stale_version") where somebody was faster, NotVisible where it is out of sight."""
    locked = Contact.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    current = locked.filter(pk=contact.pk).first()
    if current is None:
        raise NotVisible
    contact = current
    if version is not None and contact.version != version:
        raise Conflict(
            "stale_version", _("Somebody changed this contact meanwhile. Load it again and repeat your edit.")
        )
    changed = {field for field, value in changes.items() if getattr(contact, field) != value}
    if unknown := changed - set(EDITABLE):
        raise DomainError("not_editable", _("This cannot be edited."), field=sorted(unknown)[0])
    if not changed:
        return contact
    for field in changed:
        setattr(contact, field, changes[field])
    contact.version += 1
    _prepare(contact)
    with translating_integrity():
        contact.save(update_fields=[*changed, "name_sort", "version", "changed_at"])
    if "buying_roles" in changed:
        mark_dirty([contact.account_id])
    return contact


def _prepare(contact: Contact) -> None:
    contact.first_name = " ".join(contact.first_name.split())
    contact.last_name = " ".join(contact.last_name.split())
    if not contact.first_name and not contact.last_name:
        raise DomainError("name_missing", _("A contact needs a name."), field="last_name")
    if bool(contact.source) != bool(contact.external_id):
        missing = "external_id" if contact.source else "source"
        raise DomainError(f"{missing}_missing", _("An external id and its source go together."), field=missing)
    contact.name_sort = fold(f"{contact.last_name} {contact.first_name}", length=201)
