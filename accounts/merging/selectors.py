"""The readers of merges: what was merged into an account, and where an absorbed address leads."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.enums import MergeKind
from accounts.models import Account, Contact, Merge
from accounts.selectors import contacts, steered
from accounts.visibility import EqualsAny
from kam.core.errors import NotVisible
from kam.people.principal import Principal

Ref = tuple[str, str]


def merges(principal: Principal) -> QuerySet[Merge]:
    """Those into what `principal` sees, without their journals. An undone one names an account that is on its own
    again: only whoever sees that one, too, hears of it.
    """
    return _told(principal).defer("journal")


def _told(principal: Principal) -> QuerySet[Merge]:
    told = Merge.objects.visible_to(principal)
    if principal.sees_everything:
        return told
    seen = Account.objects.visible_to(principal).values("id")
    both_seen = Q(EqualsAny(F("absorbed_id"), ArraySubquery(seen)))
    return told.filter(Q(undone_at=None) | Q(kind=MergeKind.CONTACT) | both_seen)


def get_merge(principal: Principal, merge_id: UUID) -> Merge:
    """Raises: NotVisible."""
    merge = _told(principal).filter(pk=merge_id).first()
    if merge is None:
        raise NotVisible
    return merge


def merges_of(principal: Principal, account: Account, *, most: int = 100) -> list[Merge]:
    """The latest of an account and its people in the order in which they happened, also those that were undone.

    Each with `undoable`: whether it stands, what was left is there, and `principal` may undo it. One query.
    """
    left = (rows.filter(pk=OuterRef("survivor_id")) for rows in (steered(principal), contacts(principal)))
    told = merges(principal).filter(Q(account=account) | Q(absorbed_id=account.pk))
    told = told.annotate(undoable=Q(undone_at=None) & reduce(or_, map(Exists, left)))
    found = told.select_related("merged_by", "undone_by").order_by("-merged_at", "-id")[:most]
    return list(reversed(found))


def absorbed_names(merged: Iterable[Merge]) -> dict[UUID, str]:
    """id → name of the accounts among them."""
    return {merge.absorbed_id: merge.absorbed_name for merge in merged if merge.kind == MergeKind.ACCOUNT}


def is_part_of(principal: Principal, survivor_id: UUID, absorbed_id: UUID) -> bool:
    """Whether the one was merged into the other, and still is."""
    standing = merges(principal).filter(undone_at=None)
    return standing.filter(survivor_id=survivor_id, absorbed_id=absorbed_id).exists()


def absorbed_into(principal: Principal, account_id: UUID) -> UUID | None:
    """The account that the one of this id became part of, where `principal` sees it."""
    merged = merges(principal).filter(kind=MergeKind.ACCOUNT, absorbed_id=account_id, undone_at=None)
    return merged.values_list("account_id", flat=True).first()


def contact_called(principal: Principal, *, source: str, external_id: str) -> Contact | None:
    """The contact that another system calls so, also where that one was merged into another."""
    found = contacts(principal).filter(source=source, external_id=external_id).first()
    ref = (source, external_id)
    return found if found is not None or not external_id else called_before(principal, [ref]).get(ref)


def called_before(principal: Principal, refs: Collection[Ref]) -> dict[Ref, Contact]:
    """(source, external id) → the visible contact that the one called so is part of by now, however often merged.

    Two queries, and one for each further time that one of them was merged.
    """
    standing = merges(principal).filter(kind=MergeKind.CONTACT, undone_at=None)
    named = standing.filter(source__in={ref[0] for ref in refs}, external_id__in={ref[1] for ref in refs} - {""})
    rows = named.values_list("source", "external_id", "survivor_id") if refs else []
    left = {(source, external_id): survivor_id for source, external_id, survivor_id in rows}
    while further := dict(standing.filter(absorbed_id__in=left.values()).values_list("absorbed_id", "survivor_id")):
        left = {ref: further.get(contact_id, contact_id) for ref, contact_id in left.items()}
    found = contacts(principal).in_bulk(set(left.values())) if left else {}
    return {ref: found[contact_id] for ref, contact_id in left.items() if ref in refs and contact_id in found}
