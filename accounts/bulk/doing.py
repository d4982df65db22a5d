"""The portions of a deed, set-based: lock a thousand accounts, change those that differ, note which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from accounts.enums import BulkKind
from accounts.models import Account, AccountTag, BulkChange, BulkLine
from accounts.selectors import steered
from accounts.services.reassigning import announce, reassign_accounts
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
        seen = Account.objects.visible_to(by).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
        changed = (_tag if change.kind == BulkKind.TAG else _untag)(change, list(seen), by=by)
    lines.filter(account_id__in=changed).update(changed=True)
    return len(ids)


def undo_portion(change: BulkChange, *, by: Principal, now: datetime, portion: int) -> int:
    """The next lines that were changed, where they are still so; how many."""
    ids = _next(change, portion, changed=True)
    lines = _lines(change).filter(account_id__in=ids)
    if change.kind == BulkKind.REASSIGN:
        _give_back(change, lines, ids, now=now)
    elif change.kind == BulkKind.TAG:
        _rows(change, ids).filter(created_at=change.created_at, created_by_id=change.created_by_id).delete()
    else:
        _put(change, ids, by=by, now=now)
    lines.update(changed=False)
    return len(ids)


def _next(change: BulkChange, portion: int, *, changed: bool | None) -> list[UUID]:
    waiting = _lines(change).filter(changed__isnull=True) if changed is None else _lines(change).filter(changed=changed)
    return list(waiting.order_by("account_id").values_list("account_id", flat=True)[:portion])


def _lines(change: BulkChange) -> QuerySet[BulkLine]:
    return BulkLine.objects.all_for_system(reason=WHY).filter(change=change)


def _lock(accounts: QuerySet[Account]) -> list[UUID]:
    """In order of id, as every writer of several accounts locks them."""
    return list(accounts.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


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


def _tag(change: BulkChange, ids: Sequence[UUID], *, by: Principal) -> list[UUID]:
    borne = set(_rows(change, ids).values_list("account_id", flat=True))
    new = [one for one in ids if one not in borne]
    _put(change, new, by=by, now=change.created_at)
    return new


def _untag(change: BulkChange, ids: Sequence[UUID], *, by: Principal) -> list[UUID]:
    borne = _rows(change, ids)
    found = sorted(borne.values_list("account_id", flat=True))
    borne.delete()
    return found


def _put(change: BulkChange, ids: Sequence[UUID], *, by: Principal, now: datetime) -> None:
    AccountTag.objects.bulk_create(
        (AccountTag(account_id=one, tag=change.tag, created_at=now, created_by_id=by.user_id) for one in ids),
        ignore_conflicts=True,
    )


def _rows(change: BulkChange, ids: Sequence[UUID]) -> QuerySet[AccountTag]:
    return AccountTag.objects.all_for_system(reason=WHY).filter(tag=change.tag, account_id__in=ids)
