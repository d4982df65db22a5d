"""Where merged accounts stand: locked together, above and below which others, and what they name that is gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.selectors import steered
from accounts.services.rules import ANCESTORS
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.people.principal import Principal

SYSTEM = Principal.system("merging")

ADOPT = """
    UPDATE accounts_account SET parent_id = %(parent)s, version = version + 1, changed_at = %(now)s
    WHERE id = ANY(%(ids)s::uuid[]) RETURNING id
"""

# Where it hung may be gone, or below it by now.
RETURN = """
    UPDATE accounts_account SET parent_id = %(again)s, version = version + 1, changed_at = %(now)s
    WHERE id = ANY(%(ids)s::uuid[]) AND parent_id = %(survivor)s
"""

GONE = """
    SELECT (SELECT id FROM people_user WHERE id = %(owner)s), (SELECT id FROM people_team WHERE id = %(team)s),
           (SELECT id FROM accounts_segment WHERE id = %(segment)s)
"""

# What was told of a contact, or found alike, after it had moved: it is the contact's.
PART = """
    WITH reads AS (
        UPDATE accounts_sensitiveread r SET account_id = c.account_id FROM accounts_contact c
        WHERE c.id = r.contact_id AND r.account_id = ANY(%(ids)s::uuid[]) AND c.account_id = ANY(%(ids)s::uuid[])
          AND r.account_id <> c.account_id RETURNING 1
    ), pairs AS (
        DELETE FROM accounts_contactpair p USING accounts_contact c, accounts_contact o
        WHERE c.id = p.contact_id AND o.id = p.other_id AND p.account_id = ANY(%(ids)s::uuid[])
          AND c.account_id <> o.account_id RETURNING 1
    ), moved AS (
        UPDATE accounts_contactpair p SET account_id = c.account_id FROM accounts_contact c, accounts_contact o
        WHERE c.id = p.contact_id AND o.id = p.other_id AND p.account_id = ANY(%(ids)s::uuid[])
          AND c.account_id = o.account_id AND p.account_id <> c.account_id RETURNING 1
    )
    UPDATE accounts_merge m SET account_id = c.account_id FROM accounts_contact c
    WHERE m.kind = 'contact' AND c.id = m.survivor_id AND m.account_id = ANY(%(ids)s::uuid[])
      AND m.account_id <> c.account_id
"""


def locked(by: Principal, survivor: Account, absorbed: Account) -> tuple[Account, Account, list[UUID]]:
    """Both as they are now, and the ids of the absorbed one's children; all locked, in order of id.

    Raises: NotVisible, Conflict "family_changed", DomainError "same_account" or "not_yours_to_merge".
    """
    if survivor.pk == absorbed.pk:
        raise DomainError("same_account", _("Choose two different accounts."), field="absorb")
    everybody = Account.objects.visible_to(SYSTEM)
    below = everybody.filter(parent=absorbed).exclude(pk=survivor.pk).order_by("pk").values_list("pk", flat=True)
    both = [survivor.pk, absorbed.pk]
    # Whole locks: the absorbed row goes, and whoever ties something to it meanwhile is told so.
    family = everybody.filter(Q(pk__in=both) | Q(parent=absorbed))
    found = {account.pk: account for account in family.order_by("pk").select_for_update(of=("self",))}
    if steered(by).filter(pk__in=both).count() < 2:
        if Account.objects.visible_to(by).filter(pk__in=both).count() < 2:
            raise NotVisible
        words = _("Who decides about both accounts can merge them: their owners, leaders and administrators.")
        raise DomainError("not_yours_to_merge", words)
    children = list(below.all())  # nobody becomes one any more
    if not found.keys() >= set(children):
        raise Conflict("family_changed", _("Another account became part of one of the two just now: try again."))
    return found[survivor.pk], found[absorbed.pk], children


def parent_of(kept: Account, gone: Account, *, taken: bool) -> UUID | None:
    """Whose part the survivor is then: its own parent's or, chosen, the other's; below the other it takes its place."""
    above = ancestors(kept.parent_id)
    if gone.pk in above:
        return gone.parent_id
    if taken and kept.pk not in ancestors(gone.parent_id):
        return gone.parent_id
    return kept.parent_id


def adopt(children: Sequence[UUID], *, parent_id: UUID, now: datetime) -> list[str]:
    if not children:
        return []
    with connection.cursor() as cursor:
        cursor.execute(ADOPT, {"parent": parent_id, "ids": list(children), "now": now})
        return [str(row[0]) for row in cursor.fetchall()]


def return_children(
    survivor_id: UUID, again_id: UUID, children: Sequence[str], parent_id: str | None, *, now: datetime
) -> None:
    """They are its children again, and it is its parent's, where that is there and does not stand below it."""
    if not (children or parent_id):
        return
    with connection.cursor() as cursor:
        cursor.execute(RETURN, {"survivor": survivor_id, "again": again_id, "ids": list(children), "now": now})
    parent = Account.objects.visible_to(SYSTEM).filter(pk=parent_id).first() if parent_id else None
    if parent is not None and not would_circle(again_id, parent.pk):
        Account.objects.visible_to(SYSTEM).filter(pk=again_id).update(parent=parent)


def would_circle(child_id: UUID, parent_id: Any) -> bool:
    return parent_id is not None and child_id in ancestors(UUID(str(parent_id)))


def ancestors(account_id: UUID | None) -> set[UUID]:
    """The account and all above it."""
    if account_id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(ANCESTORS, {"ids": [account_id]})
        return {row[0] for row in cursor.fetchall()}


def gone_from(row: Mapping[str, Any]) -> dict[str, Any]:
    """Owner, team and segment of a row as they can be put back: without those that were deleted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(GONE, {"owner": row["owner_id"], "team": row["team_id"], "segment": row["segment_id"]})
        return dict(zip(("owner_id", "team_id", "segment_id"), cursor.fetchone(), strict=True))


def part(survivor_id: UUID, again_id: UUID) -> None:
    """What belongs to contacts of either stands with them."""
    with connection.cursor() as cursor:
        cursor.execute(PART, {"ids": [survivor_id, again_id]})
