"""Two accounts become one, and two again. Everything moves in one transaction, set-based, and nothing is lost."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.enums import MemberRole, MergeKind
from accounts.health import recompute
from accounts.merging import journal, past, placing
from accounts.merging.choices import ACCOUNT_CHOICES, check_versions, columns_of, fields_taken
from accounts.merging.parts import Rows, parts
from accounts.merging.tables import move, move_back
from accounts.merging.undoing import check_undoable
from accounts.models import Account, Merge
from accounts.selectors import steered
from accounts.services.rules import check_account, check_transition
from kam.api.models import Tombstone
from kam.core.errors import Conflict, DomainError
from kam.core.folding import fold
from kam.people.principal import Principal

# Whoever owned the account whose owner was not chosen goes on seeing their customer.
JOIN = """
    INSERT INTO accounts_accountmember (account_id, user_id, role, created_at, created_by_id)
    SELECT %(survivor)s, u.id, %(role)s, %(now)s, %(by)s FROM people_user u
    WHERE u.id = ANY(%(users)s::uuid[]) AND u.is_active ON CONFLICT (account_id, user_id) DO NOTHING RETURNING id
"""
LEAVE = "DELETE FROM accounts_accountmember WHERE account_id = %(survivor)s AND id = ANY(%(ids)s::bigint[])"


@transaction.atomic
def merge_accounts(
    *,
    by: Principal,
    survivor: Account,
    absorbed: Account,
    take: Collection[str] = (),
    versions: tuple[int, int] | None = None,
    now: datetime,
) -> Merge:
    """`absorbed` becomes part of `survivor`; of the choices in `take` the absorbed one's values survive.

    Whoever decides about both may do it: it settles who sees the customer. The account teams unite, and the owner
    who was not chosen joins. The absorbed one counts as merged from today on; before, the census stays as it was.
    `versions` are those somebody looked at. Raises: NotVisible, Conflict "stale_version", DomainError "same_account",
    "not_yours_to_merge", or for values that do not go together.
    """
    kept, gone, children = placing.locked(by, survivor, absorbed)
    check_versions(kept, gone, versions)
    fields = fields_taken(ACCOUNT_CHOICES, take)
    for part in parts():
        part.stand_down(gone.pk, now)
    past.keep_days([kept.pk, gone.pk])
    owners = {kept.owner_id, gone.owner_id}
    before = kept.lifecycle
    kept_row: dict[str, Any] = {"row": journal.row_of(gone)}
    kept_row["values"] = _take(kept, gone, fields, now=now)
    kept_row["children"] = placing.adopt(children, parent_id=kept.pk, now=now)
    kept_row["tables"] = move(Account, survivor_id=kept.pk, absorbed_id=gone.pk, now=now)
    kept_row["joined"] = _join(kept, owners - {kept.owner_id, None}, by=by, now=now)
    kept_row["turns"] = past.record_merged(kept, gone.pk, before=before, by=by, now=now)
    merge = Merge.objects.create(
        account=kept,
        kind=MergeKind.ACCOUNT,
        survivor_id=kept.pk,
        absorbed_id=gone.pk,
        absorbed_name=gone.name,
        merged_at=now,
        merged_by_id=by.user_id,
        journal=kept_row,
    )
    journal.remove(gone)
    follows = _follows(kept.pk, now)
    # Who sees the survivor hears of it, too: copies of our data know the absorbed one by its id.
    Tombstone.objects.filter(kind="account", object_id=gone.pk).update(account_id=kept.pk)
    _settle([kept.pk], now)
    journal.keep_dropped(merge, follows, _follows(kept.pk, now))
    return merge


@transaction.atomic
def undo_merge(*, by: Principal, merge: Merge, now: datetime) -> Merge:
    """The absorbed account is there again, with everything that moved and is still there.

    What came later stays with the survivor, and so do values that were edited since. Raises: NotVisible, Conflict
    "merge_undone", "survivor_merged" or "merged_since", DomainError "not_yours_to_merge".
    """
    kept = _survivor(by, merge)
    current = check_undoable(by, merge)
    kept_row = current.journal
    missing = placing.gone_from(kept_row["row"])
    again_id = journal.put_back(Account, kept_row["row"], parent_id=None, changed_at=now, **missing)
    move_back(Account, merge_id=current.pk, survivor_id=kept.pk, absorbed_id=again_id, now=now)
    if kept_row["joined"]:
        _leave(kept.pk, kept_row["joined"])
    past.take_back(kept.pk, again_id)
    placing.return_children(kept.pk, again_id, kept_row["children"], kept_row["row"]["parent_id"], now=now)
    _give_back(kept, kept_row, now=now)
    for part in parts():
        part.part(kept.pk, again_id)
    placing.part(kept.pk, again_id)
    current.undone_at, current.undone_by_id = now, by.user_id
    current.save(update_fields=["undone_at", "undone_by"])
    past.release_days([kept.pk, again_id])
    _settle([kept.pk, again_id], now)
    return current


def _take(kept: Account, gone: Account, fields: Sequence[str], *, now: datetime) -> journal.Values:
    """Give the survivor these values of the absorbed one; column → before and since. Raises: DomainError."""
    before = kept.lifecycle
    values: journal.Values = {}
    parent = placing.parent_of(kept, gone, taken="parent" in fields)
    wanted = {column: getattr(gone, column) for column in columns_of(Account, fields)} | {"parent_id": parent}
    for column, value in wanted.items():
        if getattr(kept, column) != value:
            values[column] = [journal.as_kept(getattr(kept, column)), journal.as_kept(value)]
            setattr(kept, column, value)
    check_account(kept)
    check_transition(before, kept.lifecycle)
    _store(kept, values, now=now)
    return values


def _give_back(kept: Account, kept_row: dict[str, Any], *, now: datetime) -> None:
    """The values that the merge changed and nobody since; the lifecycle only with the turn that it was told by."""
    before = journal.still(kept, kept_row["values"])
    if "lifecycle" in before and not past.untell(kept.pk, kept_row["turns"]):
        del before["lifecycle"]
    if placing.would_circle(kept.pk, before.get("parent_id")):
        del before["parent_id"]
    for attname, value in before.items():
        setattr(kept, attname, value)
    _store(kept, before, now=now)


def _store(kept: Account, columns: Collection[str], *, now: datetime) -> None:
    kept.name_sort = fold(kept.name)
    kept.version += 1
    kept.changed_at = now
    Account.objects.visible_to(Principal.system("merging")).filter(pk=kept.pk).update(
        **{column: getattr(kept, column) for column in [*columns, "name_sort", "version", "changed_at"]}
    )


def _survivor(by: Principal, merge: Merge) -> Account:
    """Locked with the children that go back, in order of id."""
    children = [UUID(child) for child in merge.journal.get("children", ())]
    rows = Account.objects.visible_to(Principal.system("merging")).filter(pk__in=[merge.survivor_id, *children])
    locked = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
    if merge.survivor_id not in locked:
        raise Conflict("survivor_merged", _("What was left was merged itself since: undo that first."))
    if not steered(by).filter(pk=merge.survivor_id).exists():
        raise DomainError("not_yours_to_merge", _("Its owner, leaders and administrators decide about that."))
    return locked[merge.survivor_id]


def _join(kept: Account, users: Collection[UUID | None], *, by: Principal, now: datetime) -> list[int]:
    role = MemberRole.KEY_ACCOUNT_MANAGER.value
    parameters: dict[str, Any] = {"survivor": kept.pk, "users": list(users), "role": role, "now": now, "by": by.user_id}
    with connection.cursor() as cursor:
        cursor.execute(JOIN, parameters)
        return [row[0] for row in cursor.fetchall()]


def _leave(survivor_id: UUID, members: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEAVE, {"survivor": survivor_id, "ids": list(members)})


def _follows(account_id: UUID, now: datetime) -> Rows:
    """What follows from the rows of an account by now: people may have decided something about it."""
    return {table: rows for part in parts() for table, rows in part.follows(account_id, now).items()}


def _settle(account_ids: Sequence[UUID], now: datetime) -> None:
    for part in parts():
        part.settle(account_ids, now)
    recompute(account_ids, as_of=now)
