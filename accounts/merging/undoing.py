"""Which merges can be undone: the last ones first, as long as what is left of them is there."""

from django.utils.translation import gettext as _

from accounts.enums import MergeKind
from accounts.models import Contact, Merge
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.people.principal import Principal


def check_undoable(by: Principal, merge: Merge) -> Merge:
    """The merge as it is now, locked; the caller holds what is left of accounts.

    Raises: NotVisible, and Conflict for what stands in the way.
    """
    current = Merge.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=merge.pk).first()
    if current is None:
        raise NotVisible
    if error := obstacle(current):
        raise error
    return current


def obstacle(merge: Merge) -> DomainError | None:
    """Why it cannot be undone now; None where it can."""
    if merge.undone_at is not None:
        return Conflict("merge_undone", _("This merge was undone already."))
    left = Contact.objects.visible_to(Principal.system("merging")).filter(pk=merge.survivor_id)
    if merge.kind == MergeKind.CONTACT and not left.exists():
        return Conflict("survivor_merged", _("What was left was merged itself since: undo that first."))
    if merge.kind == MergeKind.ACCOUNT and _mixed_since(merge):
        return Conflict("merged_since", _("People of both accounts were merged since: undo that first."))
    return None


def _mixed_since(merge: Merge) -> bool:
    """Whether a contact of the one has become part of a contact of the other: neither could go alone."""
    moved = set(merge.journal["tables"].get("accounts_contact", {}).get("moved", []))
    if not moved:
        return False
    since = Merge.objects.visible_to(Principal.system("merging")).filter(
        account_id=merge.survivor_id, kind=MergeKind.CONTACT, undone_at=None, merged_at__gte=merge.merged_at
    )
    return any(
        (str(survivor_id) in moved) != (str(absorbed_id) in moved)
        for survivor_id, absorbed_id in since.values_list("survivor_id", "absorbed_id")
    )
