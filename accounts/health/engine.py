"""Recompute health, set-based: the touched account in its own transaction, everybody in chunks.

Accounts are locked first, in order of id: whoever touches one meanwhile waits, and a sweep never
writes a result that has not seen a touchpoint already committed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.health import sql
from accounts.health.registry import signals

CHUNK = 20_000  # ids at a time; measured: one statement over a million accounts is slower and locks for longer
SMALL = 200  # up to here a temporary table costs more than it saves


@transaction.atomic
def recompute(account_ids: Sequence[UUID], *, as_of: datetime) -> int:
    """Bring the health of these accounts up to `as_of` because something about them changed.

    Result, Account.health and snapshot are written only where they changed, save that an unchanged
    result moves to `as_of`, so that its evidence includes what was just done. Returns the number of
    changed results.
    """
    return _recompute(account_ids, as_of=as_of, overrule=True)


@transaction.atomic
def catch_up(account_ids: Sequence[UUID], *, as_of: datetime) -> int:
    """As `recompute`, for work that comes later than its cause: a result of a later instant stays."""
    return _recompute(account_ids, as_of=as_of, overrule=False)


def recompute_all(*, as_of: datetime, chunk: int = CHUNK) -> int:
    """Bring everybody's health up to `as_of`; a transaction per chunk. Returns the number of changed results.

    Time alone moves health. What has not changed is not written, and a result of a later instant stays.
    """
    changed, after = 0, None
    while True:
        with transaction.atomic(), _temporary_ids():
            with connection.cursor() as cursor:
                cursor.execute(sql.FILL_NEXT_IDS, {"after": after, "limit": chunk})
                cursor.execute(sql.LAST_ID)
                last = cursor.fetchone()
                cursor.execute(sql.ANALYSE_IDS)
            if last is None:
                return changed
            changed += _write(sql.MANY, {"as_of": as_of, "overrule": False, "restamp": False})
            after = last[0]


def _recompute(account_ids: Sequence[UUID], *, as_of: datetime, overrule: bool) -> int:
    ids = sorted(set(account_ids))
    parameters = {"as_of": as_of, "overrule": overrule, "restamp": True}
    if not ids:
        return 0
    if len(ids) <= SMALL:
        return _write(sql.FEW, {**parameters, "ids": ids})
    changed = 0
    for start in range(0, len(ids), CHUNK):
        with _temporary_ids():
            with connection.cursor() as cursor:
                cursor.execute(sql.FILL_IDS, {"ids": ids[start : start + CHUNK]})
                cursor.execute(sql.ANALYSE_IDS)
            changed += _write(sql.MANY, parameters)
    return changed


@contextmanager
def _temporary_ids() -> Iterator[None]:
    """The table of ids, for the length of the block: a transaction may use several, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_IDS)
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_IDS)


def _write(scope: str, parameters: dict[str, Any]) -> int:
    parameters = {**parameters, "zone": settings.REPORTING_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(scope + sql.LOCK, parameters)
        cursor.execute(sql.store_results(scope, signals()), parameters)
        changed = cursor.fetchone()[0]
        cursor.execute(scope + sql.SHOW_ON_ACCOUNTS, parameters)
        cursor.execute(scope + sql.ADD_SNAPSHOTS, parameters)
    return changed
