"""Recompute health, set-based: the touched account in its own transaction, everybody in chunks.

Accounts are locked first, in order of id: whoever touches one meanwhile waits, and a sweep never
writes a result that has not seen a touchpoint already committed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.health import sql
from accounts.health.registry import signals

CHUNK = 20_000  # ids at a time; measured: one statement over a million accounts is slower and locks for longer
SMALL = 1_000  # up to here a temporary table costs more than it saves; at 5,000 it is faster by a quarter
# What background work takes at a time: whoever logs at one of these accounts waits for well under a second.
SPAN = 1_000

Span = tuple[UUID | None, UUID | None]


@transaction.atomic(savepoint=False)  # all or nothing with the write it follows
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


def recompute_all(*, as_of: datetime, chunk: int = SPAN) -> int:
    """Bring everybody's health up to `as_of`; a transaction per chunk. Returns the number of changed results."""
    return sum(recompute_span(after=after, until=until, as_of=as_of) for after, until in spans(chunk))


@transaction.atomic
def recompute_at_once(*, as_of: datetime, is_last: bool = True) -> int:
    """As `recompute_all`, in one transaction: several times faster, and whoever logs meanwhile waits for all of it.

    Unless it `is_last`, a later instant follows at once, and accounts need not show this one.
    """
    return _write(sql.EVERYBODY, {"as_of": as_of, "overrule": False, "restamp": False}, is_shown=is_last)


def spans(chunk: int = SPAN) -> list[Span]:
    """Spans of account ids, `chunk` accounts each; the first and the last are open, so nobody falls between."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CHUNK_ENDS, {"size": chunk})
        ends = [row[0] for row in cursor.fetchall()]
    return list(pairwise([None, *ends, None]))


@transaction.atomic
def recompute_span(*, after: UUID | None, until: UUID | None, as_of: datetime) -> int:
    """Bring the health of accounts with `after` < id ≤ `until` up to `as_of`: time alone moves health.

    What has not changed is not written, and a result of a later instant stays.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.IDS_OF_SPAN, {"after": after, "until": until})
        ids = [row[0] for row in cursor.fetchall()]
    return _recompute(ids, as_of=as_of, overrule=False, restamp=False)


def _recompute(account_ids: Sequence[UUID], *, as_of: datetime, overrule: bool, restamp: bool = True) -> int:
    ids = sorted(set(account_ids))
    parameters = {"as_of": as_of, "overrule": overrule, "restamp": restamp}
    if not ids:
        return 0
    if len(ids) <= SMALL:
        return _write(sql.FEW, {**parameters, "ids": ids})
    changed = 0
    for start in range(0, len(ids), CHUNK):
        with _temporary_ids(ids[start : start + CHUNK]):
            changed += _write(sql.MANY, parameters)
    return changed


@contextmanager
def _temporary_ids(ids: Sequence[UUID]) -> Iterator[None]:
    """The table of ids, for the length of the block: a transaction may need several, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_IDS)
        cursor.execute(sql.FILL_IDS, {"ids": list(ids)})
        cursor.execute(sql.ANALYSE_IDS)
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_IDS)


def _write(scope: str, parameters: dict[str, Any], *, is_shown: bool = True) -> int:
    parameters = {**parameters, "zone": settings.REPORTING_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(scope + sql.LOCK, parameters)
        cursor.execute(sql.store_results(scope, signals()), parameters)
        changed = cursor.fetchone()[0]
        if is_shown:
            cursor.execute(scope + sql.SHOW_ON_ACCOUNTS, parameters)
        cursor.execute(scope + sql.ADD_SNAPSHOTS, parameters)
    return changed
