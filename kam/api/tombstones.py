"""That an object is gone is kept, so that whoever copies our data can forget it, too."""

from datetime import datetime
from uuid import UUID

from kam.api.models import Tombstone

_scopes: dict[str, str] = {}


def register_kind(kind: str, *, scope: str) -> None:
    """Name a kind of object that can be deleted, and the scope that lets a token hear of it."""
    _scopes[kind] = scope


def kinds() -> dict[str, str]:
    """Kind → scope."""
    return dict(_scopes)


def bury(
    *,
    kind: str,
    object_id: UUID,
    account_id: UUID,
    now: datetime,
    owner_id: UUID | None = None,
    team_id: UUID | None = None,
) -> None:
    """Note, in the deleting transaction, that an object of an account is gone.

    `owner_id` and `team_id` are the account's, given where it goes as well: they then decide who hears of it.
    """
    if kind not in _scopes:
        raise ValueError(f"Nobody registered the kind {kind!r}.")
    row = Tombstone(
        kind=kind, object_id=object_id, account_id=account_id, owner_id=owner_id, team_id=team_id, deleted_at=now
    )
    Tombstone.objects.bulk_create(
        [row],
        update_conflicts=True,  # restored and deleted again
        unique_fields=["kind", "object_id"],
        update_fields=["account_id", "owner_id", "team_id", "deleted_at"],
    )


def unbury(*, kind: str, object_id: UUID) -> None:
    """The object is back under its id; nothing happens where it was not buried."""
    Tombstone.objects.filter(kind=kind, object_id=object_id).delete()
