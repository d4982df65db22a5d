"""Reading and changing what is sensitive of a person: for few, and never without a trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, SensitiveRead
from accounts.sensitive import FIELDS, reads_sensitive
from kam.core.errors import BadInput, Conflict, DomainError, NotVisible
from kam.people.principal import Principal


class NotForYou(DomainError):
    """The caller sees the account, but not this."""

    status = 403


@transaction.atomic
def reveal(*, by: Principal, contact: Contact, reason: str, now: datetime) -> dict[str, Any]:
    """The sensitive fields of a contact with its `version`, once it is recorded who read them, when and why.

    Raises: NotVisible, NotForYou, BadInput without a reason.
    """
    current, reader = _for_few(by, contact)
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput("reason_missing", _("Say why you need it."), field="reason")
    SensitiveRead(
        account_id=current.account_id,
        contact=current,
        by_id=reader,
        read_at=now,
        fields=list(FIELDS),
        reason=reason,
    ).save(force_insert=True)
    return {name: getattr(current, name) for name in (*FIELDS, "version")}


@transaction.atomic
def edit_sensitive(*, by: Principal, contact: Contact, changes: Mapping[str, Any], version: int | None = None) -> None:
    """Change the sensitive fields; that they changed enters the history, what they say does not.

    So what is written over is gone for good: `version` is the one its editor saw. Raises: NotVisible, NotForYou,
    Conflict("stale_version").
    """
    current, _reader = _for_few(by, contact)
    if version is not None and current.version != version:
        words = _("Somebody changed this person meanwhile. Keep your words, have it shown again and repeat your edit.")
        raise Conflict("stale_version", words)
    changed = [name for name in FIELDS if name in changes and getattr(current, name) != changes[name]]
    if not changed:
        return
    for name in changed:
        setattr(current, name, changes[name])
    current.version += 1
    current.save(update_fields=[*changed, "version", "changed_at"])


def _for_few(by: Principal, contact: Contact) -> tuple[Contact, UUID]:
    """The contact as it is now, locked, and who asks; refused to tasks, and to whoever sees only the account."""
    locked = Contact.objects.visible_to(by).select_for_update(of=("self",), no_key=True).select_related("account")
    current = locked.filter(pk=contact.pk).first()
    if current is None:
        raise NotVisible
    if by.user_id is None or not reads_sensitive(by, current.account):
        raise NotForYou("not_for_you", _("Only the account's owner, their leaders and administrators read this."))
    return current, by.user_id
