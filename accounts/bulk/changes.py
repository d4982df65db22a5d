"""One deed on many accounts: its journal says what was changed, so that Undo restores exactly that.

Up to PORTION accounts change in the step that asks for it; where there are more, the outbox changes the others, a
portion per message. An account somebody changed again meanwhile stays as they left it, on the way out and back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.bulk.doing import do_portion, undo_portion
from accounts.enums import BulkKind, BulkStatus
from accounts.models import Account, BulkChange, BulkLine, Tag
from kam.audit.context import recorded
from kam.core.errors import DomainError, NotVisible
from kam.outbox.publish import publish
from kam.people.enums import Role
from kam.people.models import User
from kam.people.principal import Principal, principal_for

BULK = "accounts.bulk"
PORTION = 1_000
MOST = 50_000
UNDO_FOR = timedelta(minutes=15)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Deed:
    """What to do: give to `owner` (None: nobody), or put `tag` on or take it off."""

    kind: BulkKind
    owner: User | None = None
    tag: Tag | None = None


@transaction.atomic
def begin_bulk(*, by: Principal, deed: Deed, account_ids: Sequence[UUID], now: datetime) -> BulkChange:
    """Write the journal and do the first portion; the rest follows. Raises: NotVisible, DomainError for too many."""
    ids = sorted(set(account_ids))
    if len(ids) > MOST:
        raise DomainError("too_many", _("At most %(n)d accounts at once: narrow the list first.") % {"n": MOST})
    if by.user_id is None or Account.objects.visible_to(by).filter(pk__in=ids).count() != len(ids):
        raise NotVisible
    change = BulkChange.objects.create(
        kind=deed.kind, owner=deed.owner, tag=deed.tag, created_at=now, created_by_id=by.user_id
    )
    BulkLine.objects.bulk_create((BulkLine(account_id=one, change=change) for one in ids), batch_size=5_000)
    go_on(change=change, by=by, now=now)
    return change


def go_on(*, change: BulkChange, by: Principal, now: datetime) -> None:
    """A portion, there or back, and the request for the next one where it was full."""
    undoing = change.status == BulkStatus.UNDOING
    number = (undo_portion if undoing else do_portion)(change, by=by, now=now, portion=PORTION)
    if number == PORTION:
        publish(BULK, {"change": str(change.pk)})
    else:
        change.status = BulkStatus.UNDONE if undoing else BulkStatus.DONE
        change.save(update_fields=["status"])


@transaction.atomic
def go_on_later(*, change_id: UUID, now: datetime) -> None:
    """The worker's step, with the rights that whoever asked for it has now; nothing once they have none."""
    changes = BulkChange.objects.select_for_update(of=("self",)).select_related("owner", "tag", "created_by")
    change = changes.filter(pk=change_id, status__in=(BulkStatus.RUNNING, BulkStatus.UNDOING)).first()
    if change is None:
        return
    by = principal_for(change.created_by)
    try:
        if by.role != Role.NOBODY:
            with transaction.atomic(), recorded(via="task", by=by):
                go_on(change=change, by=by, now=now)
    except DomainError:  # whom the accounts go to may no longer have them: what is done is done
        BulkChange.objects.filter(pk=change_id).update(status=BulkStatus.DONE)


@transaction.atomic
def undo_bulk(*, by: Principal, change_id: UUID, now: datetime) -> BulkChange:
    """Take it back, as far as it is still as it was changed. Raises: NotVisible, DomainError once it is too late."""
    changes = BulkChange.objects.select_for_update(of=("self",)).select_related("owner", "tag")
    change = changes.filter(pk=change_id, created_by_id=by.user_id).first() if by.user_id else None
    if change is None:
        raise NotVisible
    if now - change.created_at > UNDO_FOR:
        raise DomainError("too_late", _("It is too late to take this back; change the accounts again instead."))
    if change.status in (BulkStatus.RUNNING, BulkStatus.DONE):
        change.status = BulkStatus.UNDOING
        change.save(update_fields=["status"])
        go_on(change=change, by=by, now=now)
    return change


def forget_changes(since: datetime, until: datetime) -> None:
    """Delete journals a day after they can no longer be used."""
    BulkChange.objects.filter(created_at__lt=until - KEPT).delete()
