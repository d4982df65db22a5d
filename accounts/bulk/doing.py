"""The portions of a deed, set-based: lock a thousand accounts, change those that differ, note which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from accounts.enums import BulkKind
from accounts.models import Account, AccountTag, BulkChange, BulkLine
from accounts.selectors import steered
from accounts.services.reassigning import announce, reassign_accounts
from accounts.services.tags import hold_tag, lock_accounts, put_tags, tell
from kam.people.principal import Principal

WHY = "whoever did it may take it back, also where the accounts went out of their sight by it"


def do_portion(change: BulkChange, *, by: Principal, now: datetime, portion: int) -> int:
    """The next lines that wait; how many."""
    ids = _next(change, portion, changed=None)
    lines = _lines(change).filter(account_id__in=ids)
    if change.kind == BulkKind.REASSIGN:
        _lock(Account.objects.all_for_system(reason=WHY).filter(pk__in=ids))  # whose they are must not change meanwhile
    owner = Account.objects.all_for_system(reason=WHY).filter(pk=OuterRef("account_id")).values("owner_id")
    lines.update(before=Subquery(owner[:1]), changed=False)
    if change.kind == BulkKind.REASSIGN:
        different = steered(by).filter(pk__in=ids).exclude(owner=change.owner)
        changed = sorted(different.values_list("pk", flat=True))
        reassign_accounts(by=by, account_ids=changed, owner=change.owner, now=now)
    else:
        locked = lock_accounts(by, ids)
        _hold(change)
        changed = (_tag if change.kind == BulkKind.TAG else _untag)(change, locked, by=by, now=now)
    lines.filter(account_id__in=changed).update(changed=True)
    return len(ids)


def undo_portion(change: BulkChange, *, by: Principal, now: datetime, portion: int) -> int:
    """The next lines that were changed, where they are still so; how many."""
    ids = _next(change, portion, changed=True)
    lines = _lines(change).filter(account_id__in=ids)
    if change.kind == BulkKind.REASSIGN:
        _give_back(change, lines, ids, now=now)
    else:
        _lock(Account.objects.all_for_system(reason=WHY).filter(pk__in=ids))  # nobody tags them meanwhile
        _hold(change)
        _untag_or_tag_again(change, ids, by=by, now=now)
    lines.update(changed=False)
    return len(ids)


def without_room(change: BulkChange) -> int:
    """How many accounts, of those it reached so far, did not get the tag because they bear as many as they may."""
    if change.kind != BulkKind.TAG:
        return 0
    borne = AccountTag.objects.all_for_system(reason=WHY).filter(tag=change.tag, account_id=OuterRef("account_id"))
    return _lines(change).filter(~Exists(borne), changed=False).count()


def _next(change: BulkChange, portion: int, *, changed: bool | None) -> list[UUID]:
    waiting = _lines(change).filter(changed__isnull=True) if changed is None else _lines(change).filter(changed=changed)
    return list(waiting.order_by("account_id").values_list("account_id", flat=True)[:portion])


def _lines(change: BulkChange) -> QuerySet[BulkLine]:
    return BulkLine.objects.all_for_system(reason=WHY).filter(change=change)


def _lock(accounts: QuerySet[Account]) -> list[UUID]:
    """In order of id, as every writer of several accounts locks them."""
    return list(accounts.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _hold(change: BulkChange) -> None:
    """Its tag stays while we put it on or take it off. Raises: Conflict where it is gone."""
    if change.tag is not None:
        hold_tag(change.tag)


def _give_back(change: BulkChange, lines: QuerySet[BulkLine], ids: Sequence[UUID], *, now: datetime) -> None:
    """To whoever had them, where they still belong to whom they were given."""
    accounts = Account.objects.all_for_system(reason=WHY)
    back = lines.filter(Q(before=None) | Q(before__is_active=True)).values("account_id")  # nothing to who has left
    locked = _lock(accounts.filter(pk__in=ids, owner=change.owner).filter(pk__in=back))
    accounts.filter(pk__in=locked).update(
        owner=Subquery(lines.filter(account_id=OuterRef("pk")).values("before_id")[:1]),
        version=F("version") + 1,
        changed_at=Greatest(F("changed_at"), now),
    )
    announce(locked)


def _tag(change: BulkChange, ids: Sequence[UUID], *, by: Principal, now: datetime) -> list[UUID]:
    """Dated as the deed: undoing it tells its own rows by that."""
    return _put_on(change, ids, by=by, put_at=change.created_at, now=now)


def _untag(change: BulkChange, ids: Sequence[UUID], *, by: Principal, now: datetime) -> list[UUID]:
    return _take_off(change, _rows(change, ids), by=by, now=now)


def _untag_or_tag_again(change: BulkChange, ids: Sequence[UUID], *, by: Principal, now: datetime) -> None:
    if change.kind == BulkKind.TAG:
        ours = _rows(change, ids).filter(created_at=change.created_at, created_by_id=change.created_by_id)
        _take_off(change, ours, by=by, now=now)
    else:
        _put_on(change, ids, by=by, put_at=now, now=now)


def _put_on(change: BulkChange, ids: Sequence[UUID], *, by: Principal, put_at: datetime, now: datetime) -> list[UUID]:
    """On those that had it not and have room for it; these."""
    put = put_tags(by=by, wanted=dict.fromkeys(ids, [change.tag] if change.tag else []), now=put_at)
    tell(by=by, added=put.added, now=now)
    return sorted(put.added)


def _take_off(change: BulkChange, rows: QuerySet[AccountTag], *, by: Principal, now: datetime) -> list[UUID]:
    found = sorted(rows.values_list("account_id", flat=True))
    rows.delete()
    tell(by=by, removed=dict.fromkeys(found, [str(change.tag)]), now=now)
    return found


def _rows(change: BulkChange, ids: Sequence[UUID]) -> QuerySet[AccountTag]:
    return AccountTag.objects.all_for_system(reason=WHY).filter(tag=change.tag, account_id__in=ids)
