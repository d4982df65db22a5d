"""That an object is gone is kept, so that whoever copies our data can forget it, too.

A trigger notes every deletion, by whichever statement: several are set-based SQL, and none can forget it.
"""

from uuid import UUID

import pgtrigger

from kam.api.models import Tombstone

_BURY = """
    INSERT INTO api_tombstone (kind, object_id, account_id, owner_id, team_id, deleted_at)
    VALUES ('{kind}', OLD.id, {account}, {owner}, {team}, clock_timestamp())
    ON CONFLICT (kind, object_id) DO UPDATE SET deleted_at = EXCLUDED.deleted_at;
    RETURN NULL;
"""
_scopes: dict[str, str] = {}


def register_kind(kind: str, *, scope: str) -> None:
    """Name a kind of object that can be deleted, and the scope that lets a token hear of it."""
    _scopes[kind] = scope


def kinds() -> dict[str, str]:
    """Kind → scope."""
    return dict(_scopes)


def buried(kind: str) -> pgtrigger.Trigger:
    """For `Meta.triggers` of a model with `account_id`: each deleted row leaves a tombstone."""
    return _trigger(kind, account="OLD.account_id", owner="NULL", team="NULL")


def buried_account(kind: str) -> pgtrigger.Trigger:
    """For accounts themselves: whom it belonged to is kept, since nothing else could say then who saw it."""
    return _trigger(kind, account="OLD.id", owner="OLD.owner_id", team="OLD.team_id")


def unbury(*, kind: str, object_id: UUID) -> None:
    """Call it in the transaction that restores the object under its id; nothing happens where it was not buried."""
    Tombstone.objects.filter(kind=kind, object_id=object_id).delete()


def _trigger(kind: str, **columns: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="bury", when=pgtrigger.After, operation=pgtrigger.Delete, func=_BURY.format(kind=kind, **columns)
    )
