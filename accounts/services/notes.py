"""Notes on an account."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Note
from accounts.models.marks import MOST_TEXT
from accounts.selectors import steered
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.ids import uuid7
from kam.core.integrity import translating_integrity
from kam.people.principal import Principal


@transaction.atomic
def add_note(
    *, by: Principal, account: Account, text: str, now: datetime, pinned: bool = False, id: UUID | None = None
) -> Note:
    """A note of `by`'s own. Raises: DomainError for a text that is empty or over 5,000 characters."""
    if by.user_id is None:
        raise NotVisible
    note = Note(id=id or uuid7(), account=account, text=_clean(text), pinned=pinned, author_id=by.user_id)
    note.created_at = now
    with translating_integrity():
        note.save(force_insert=True)
    return note


@transaction.atomic
def edit_note(*, by: Principal, note: Note, text: str, pinned: bool, version: int | None = None) -> Note:
    """Everybody who sees a note may pin it; its words belong to its author, and to whoever decides about the account.

    Raises: NotVisible, Conflict("stale_version"), DomainError("not_your_note").
    """
    current = Note.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=note.pk).first()
    if current is None:
        raise NotVisible
    if version is not None and current.version != version:
        raise Conflict("stale_version", _("Somebody changed this note meanwhile. Load it again and repeat your edit."))
    text = _clean(text)
    if text != current.text and not may_write(by, current):
        raise DomainError("not_your_note", _("Only its author may change the words of a note."), field="text")
    if (text, pinned) != (current.text, current.pinned):
        current.text, current.pinned, current.version = text, pinned, current.version + 1
        current.save(update_fields=["text", "pinned", "version", "changed_at"])
    return current


@transaction.atomic
def delete_note(*, by: Principal, note: Note) -> None:
    """Its author, and whoever decides about the account; the history keeps it. Raises: DomainError("not_your_note")."""
    if not may_write(by, note):
        raise DomainError("not_your_note", _("Only its author may delete a note."))
    note.delete()


def may_write(by: Principal, note: Note) -> bool:
    """Whether `by` may change the words of a note, or delete it."""
    return note.author_id == by.user_id or steered(by).filter(pk=note.account_id).exists()


def _clean(text: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError("text_missing", _("A note needs some words."), field="text")
    if len(text) > MOST_TEXT:
        raise DomainError("text_too_long", _("A note has at most 5,000 characters."), field="text")
    return text
