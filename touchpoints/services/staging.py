"""Many touchpoints at once: COPY them into a temporary table, and go on from there set by set."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models

from kam.core.copying import copy, staged
from kam.people.principal import Principal
from touchpoints.models import Touchpoint

STAGED = "staged_touchpoints"
# What a touchpoint says; who stored it and when is the same for all.
CONTENT = [
    "account_id",
    "type_id",
    "channel_id",
    "direction",
    "initiative",
    "status",
    "occurred_at",
    "planned_for",
    "duration_minutes",
    "subject",
    "notes",
    "sentiment_start",
    "sentiment_end",
    "expectation",
    "next_step",
    "episode",
    "handoffs",
    "wait_minutes",
    "resolved_first_contact",
    "source",
    "external_id",
]
_FIELDS = {field.attname: field for field in Touchpoint._meta.concrete_fields}
_TEXTS = {name for name in CONTENT if isinstance(_FIELDS[name], models.CharField | models.TextField)}
_TEXTS |= {"contact", "colleague"}
_TABLE = Touchpoint._meta.db_table

# `place` tells the rows apart; `overwrites` holds a bit for each column that may overwrite what is stored.
_DEFINITION = f"""
    SELECT 0 AS place, 0 AS overwrites, ''::text AS contact, ''::text AS colleague, NULL::uuid AS stored_id,
           NULL::uuid AS kam_id, id, {", ".join(CONTENT)} FROM {_TABLE}
"""

_INSERT = f"""
    INSERT INTO {_TABLE} (id, {", ".join(CONTENT)}, version, created_at, created_by_id, changed_at)
    SELECT id, {", ".join(CONTENT)}, 1, %(now)s, %(user)s, %(now)s FROM {STAGED} WHERE stored_id IS NULL
    ORDER BY source, external_id, place
    ON CONFLICT DO NOTHING
"""
_LEFT_OUT = f"""
    DELETE FROM {STAGED} s
    WHERE s.stored_id IS NULL AND NOT EXISTS (SELECT 1 FROM {_TABLE} t WHERE t.id = s.id) RETURNING s.place
"""


@contextmanager
def staging(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[None]:
    """For the block the rows are staged. Without `id` among the columns each gets a new one."""
    with staged(STAGED, _DEFINITION):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {STAGED} ALTER id SET DEFAULT uuidv7()")
        copy(STAGED, columns, rows, texts=[name for name in columns if name in _TEXTS])
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {STAGED}")
        yield


def insert_staged(*, by: Principal, now: datetime) -> set[int]:
    """Store those that are not stored yet; the places of those that could not be: their external id is taken.

    In the order of their ids, so that two who store the same wait for each other instead of both for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {STAGED} WHERE stored_id IS NULL")
        (new,) = cursor.fetchone()
        cursor.execute(_INSERT, {"now": now, "user": by.user_id})
        if cursor.rowcount == new:
            return set()
        cursor.execute(_LEFT_OUT)
        return {place for (place,) in cursor.fetchall()}
