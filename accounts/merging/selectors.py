"""The readers of merges: what was merged into an account, and where an absorbed address leads."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import MergeKind
from accounts.models import Account, Contact, Merge
from accounts.selectors import contacts, steered
from kam.core.errors import NotVisible
from kam.people.principal import Principal


def merges(principal: Principal) -> QuerySet[Merge]:
    """Those into what `principal` sees, without their journals."""
    return Merge.objects.visible_to(principal).defer("journal")


def get_merge(principal: Principal, merge_id: UUID) -> Merge:
    """Raises: NotVisible."""
    merge = Merge.objects.visible_to(principal).filter(pk=merge_id).first()
    if merge is None:
        raise NotVisible
    return merge


def merges_into(principal: Principal, account: Account, *, most: int = 100) -> list[Merge]:
    """The latest of an account and its people that stand, each with `undoable`: whether `principal` may undo it, and
    what was left is there. At most three queries.
    """
    standing = merges(principal).filter(account=account, undone_at=None).select_related("merged_by")
    found = list(standing.order_by("-merged_at", "-id")[:most])
    left = {account.pk} if found and steered(principal).filter(pk=account.pk).exists() else set()
    people = [merge.survivor_id for merge in found if merge.kind == MergeKind.CONTACT]
    left |= set(contacts(principal).filter(pk__in=people).values_list("pk", flat=True)) if people else set()
    for merge in found:
        merge.undoable = merge.survivor_id in left  # type: ignore[attr-defined]
    return found


def absorbed_names(merged: Iterable[Merge]) -> dict[UUID, str]:
    """id → name of the accounts among them."""
    return {merge.absorbed_id: merge.absorbed_name for merge in merged if merge.kind == MergeKind.ACCOUNT}


def absorbed_into(principal: Principal, account_id: UUID) -> UUID | None:
    """The account that the one of this id became part of, where `principal` sees it."""
    merged = merges(principal).filter(kind=MergeKind.ACCOUNT, absorbed_id=account_id, undone_at=None)
    return merged.values_list("account_id", flat=True).first()


def contact_called(principal: Principal, *, source: str, external_id: str) -> Contact | None:
    """The contact that another system calls so, also where that one was merged into another."""
    seen = contacts(principal)
    found = seen.filter(source=source, external_id=external_id).first()
    if found is not None or not external_id:
        return found
    merged = merges(principal).filter(kind=MergeKind.CONTACT, source=source, external_id=external_id, undone_at=None)
    return seen.filter(pk__in=merged.values("survivor_id")).first()
