"""What the panels of this app show beside the timeline, read by one query for all of them.

The account page has a budget of queries, and each floor above adds panels of its own.
"""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import Account, AccountMember, AccountTag, ExternalId, LifecycleEvent, Note
from accounts.scoped import AccountScoped
from kam.people.principal import Principal

NOTES = 5
Row = dict[str, Any]


def side_of(principal: Principal, account: Account) -> dict[UUID | None, Row]:
    """The account and its kin that `principal` sees, by id, in order of name; read once per account object.

    Each: id and name. Of the account itself also `known_as` (source, id), `events` (kind, on) newest first,
    `members` (name, role), `tags` (id, name), and `newest_notes` (id, text, pinned, author, at), the first few.
    """
    kept: dict[UUID | None, Row] | None = account.__dict__.get("_side")
    if kept is None:
        kept = account.__dict__["_side"] = {row["id"]: row for row in _family(principal, account)}
    return kept


def own_side(principal: Principal, account: Account) -> Row:
    """The row of the account itself."""
    return side_of(principal, account)[account.pk]


def _family(principal: Principal, account: Account) -> QuerySet[Account, Any]:
    def own(model: type[AccountScoped]) -> QuerySet[Any]:
        """Of the account alone: it may have hundreds of kin, each with notes of its own."""
        return model.objects.visible_to(principal).filter(account=OuterRef("pk"), account_id=account.pk)

    known_as, events = own(ExternalId).order_by("source", "id"), own(LifecycleEvent)
    members, notes = own(AccountMember), own(Note)
    return (
        Account.objects.visible_to(principal)
        .filter(Q(pk=account.pk) | Q(parent_id=account.pk) | Q(pk=account.parent_id))
        .order_by("name_sort", "id")
        .annotate(
            known_as=ArraySubquery(known_as.values(row=JSONObject(source="source", id="external_id"))),
            events=ArraySubquery(
                events.order_by("-occurred_on", "-id").values(row=JSONObject(kind="kind", on="occurred_on"))
            ),
            members=ArraySubquery(
                members.order_by("role", "user__name", "id").values(row=JSONObject(name="user__name", role="role"))
            ),
            tags=ArraySubquery(
                own(AccountTag).order_by("tag__name_sort", "id").values(row=JSONObject(id="tag_id", name="tag__name"))
            ),
            newest_notes=ArraySubquery(
                notes.order_by("-pinned", "-created_at", "-id").values(
                    row=JSONObject(id="id", text="text", pinned="pinned", author="author__name", at="created_at")
                )[:NOTES]
            ),
        )
        .values("id", "name", "known_as", "events", "members", "tags", "newest_notes")
    )
