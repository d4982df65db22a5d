"""Two contacts of one account become one, and two again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import MergeKind
from accounts.health import recompute
from accounts.merging import journal
from accounts.merging.choices import CONTACT_CHOICES, check_versions, columns_of, fields_taken
from accounts.merging.tables import move, move_back
from accounts.merging.undoing import check_undoable
from accounts.models import Account, Contact, Merge
from accounts.models.contact import MOST_PRIVATE_NOTES
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.people.principal import Principal

SYSTEM = Principal.system("merging")


@transaction.atomic
def merge_contacts(
    *,
    by: Principal,
    survivor: Contact,
    absorbed: Contact,
    take: Collection[str] = (),
    versions: tuple[int, int] | None = None,
    now: datetime,
) -> Merge:
    """`absorbed` becomes part of `survivor`; of the choices in `take` the absorbed one's values survive.

    Whoever sees them may do it, and nobody needs to see what is sensitive: the survivor keeps what is said of it and
    takes what it lacks; private notes of both are joined. Raises: NotVisible, Conflict "stale_version",
    DomainError "same_contact" or "other_account".
    """
    kept, gone = _locked(by, survivor, absorbed)
    check_versions(kept, gone, versions)
    fields = fields_taken(CONTACT_CHOICES, take)
    kept_row: dict[str, Any] = {"row": journal.row_of(gone)}
    kept_row["tables"] = move(Contact, survivor_id=kept.pk, absorbed_id=gone.pk, now=now)
    journal.remove(gone)
    kept_row["values"] = _take(kept, gone, fields, now=now)
    merge = Merge.objects.create(
        account_id=kept.account_id,
        kind=MergeKind.CONTACT,
        survivor_id=kept.pk,
        absorbed_id=gone.pk,
        absorbed_name=str(gone),
        source=gone.source,
        external_id=gone.external_id,
        merged_at=now,
        merged_by_id=by.user_id,
        journal=kept_row,
    )
    recompute([kept.account_id], as_of=now)  # who decides, sponsors or champions was perhaps in touch
    return merge


@transaction.atomic
def undo_contact_merge(*, by: Principal, merge: Merge, now: datetime) -> Merge:
    """The absorbed contact is there again, where it took part before.

    Raises: NotVisible, Conflict "merge_undone", "survivor_merged", or "external_id_taken" where another contact has
    its external id by now.
    """
    _lock_account(merge)
    current = check_undoable(by, merge)
    kept = Contact.objects.visible_to(by).select_for_update(of=("self",)).get(pk=current.survivor_id)
    before = journal.still(kept, current.journal["values"])
    _store(kept, before, now=now)  # first: both cannot have its external id
    row = {**current.journal["row"], "changed_at": now}
    again_id = journal.put_back(Contact, row, account_id=kept.account_id)
    move_back(Contact, merge_id=current.pk, survivor_id=kept.pk, absorbed_id=again_id, now=now)
    current.undone_at, current.undone_by_id = now, by.user_id
    current.save(update_fields=["undone_at", "undone_by"])
    recompute([kept.account_id], as_of=now)
    return current


def _locked(by: Principal, survivor: Contact, absorbed: Contact) -> tuple[Contact, Contact]:
    """Both as they are now; first their account, as everybody who moves touchpoints does."""
    if survivor.pk == absorbed.pk:
        raise DomainError("same_contact", _("Choose two different people."), field="absorb")
    if survivor.account_id != absorbed.account_id:
        words = _("They belong to different accounts: merge the accounts first, if these are one customer.")
        raise DomainError("other_account", words, field="absorb")
    accounts = Account.objects.visible_to(by).filter(pk=survivor.account_id)
    if not accounts.select_for_update(of=("self",), no_key=True).values_list("pk").first():
        raise NotVisible
    rows = Contact.objects.visible_to(by).filter(pk__in=[survivor.pk, absorbed.pk]).order_by("pk")
    found = {contact.pk: contact for contact in rows.select_for_update(of=("self",))}
    if len(found) < 2:
        raise NotVisible
    return found[survivor.pk], found[absorbed.pk]


def _lock_account(merge: Merge) -> None:
    Account.objects.visible_to(SYSTEM).select_for_update(of=("self",), no_key=True).filter(
        pk=merge.account_id
    ).values_list("pk").first()


def _take(kept: Contact, gone: Contact, fields: Sequence[str], *, now: datetime) -> journal.Values:
    wanted = {column: getattr(gone, column) for column in columns_of(Contact, fields)}
    if kept.stance is None:
        wanted["stance"] = gone.stance
    wanted["private_notes"] = _joined(kept.private_notes, gone.private_notes)
    if not kept.external_id:
        wanted |= {"source": gone.source, "external_id": gone.external_id}
    changed = {column: value for column, value in wanted.items() if getattr(kept, column) != value}
    values = {c: [journal.as_kept(getattr(kept, c)), journal.as_kept(value)] for c, value in changed.items()}
    _store(kept, changed, now=now)
    return values


def _joined(one: str, other: str) -> str:
    """Notes of both, where they fit; else the survivor's, and the journal keeps the other's."""
    both = "\n\n".join(text for text in (one, other) if text)
    return both if len(both) <= MOST_PRIVATE_NOTES else one


def _store(kept: Contact, values: dict[str, Any], *, now: datetime) -> None:
    for column, value in values.items():
        setattr(kept, column, value)
    kept.name_sort = fold(f"{kept.last_name} {kept.first_name}", length=201)
    kept.version += 1
    kept.changed_at = now
    if not (kept.first_name or kept.last_name):
        raise Conflict("name_missing", _("A contact needs a name."), field="last_name")
    with translating_integrity():
        Contact.objects.visible_to(SYSTEM).filter(pk=kept.pk).update(
            **{column: getattr(kept, column) for column in [*values, "name_sort", "version", "changed_at"]}
        )
