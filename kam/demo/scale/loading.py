"""Fill empty tables quickly: without secondary indexes and foreign keys, which are made again from the catalogue.

All in the transaction of the load: whoever fails or is killed leaves the tables as they were, and making a foreign
key again checks every row. So the result is the one of a slow load, not a promise that it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

INDEXES = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, u.conname,
           CASE WHEN u.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
                ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', i.indrelid::regclass, u.conname,
                            pg_get_constraintdef(u.oid)) END
    FROM pg_index i LEFT JOIN pg_constraint u ON u.conindid = i.indexrelid AND u.contype = 'u'
    WHERE i.indrelid = ANY(%(tables)s::regclass[]) AND NOT i.indisprimary
    ORDER BY 1, 2
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Stripped:
    """What was taken off, as the statements that put it back."""

    indexes: list[tuple[str, str]]  # table, statement
    foreign_keys: list[str]

    def restore_indexes(self, *tables: str) -> None:
        _run([statement for table, statement in self.indexes if table in tables])

    def restore_foreign_keys(self) -> None:
        _run(self.foreign_keys)


def strip(tables: Sequence[str]) -> Stripped:
    """Take secondary indexes and foreign keys (also those that point here) off these tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        cursor.execute(FOREIGN_KEYS, {"tables": list(tables)})
        keys = cursor.fetchall()
        cursor.execute(INDEXES, {"tables": list(tables)})
        indexes = cursor.fetchall()
    _run([f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _ in keys])
    _run(
        [
            f'ALTER TABLE {table} DROP CONSTRAINT "{unique}"' if unique else f"DROP INDEX {index}"
            for table, index, unique, _ in indexes
        ]
    )
    return Stripped(
        [(table, statement) for table, _, _, statement in indexes],
        [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in keys],
    )


def _run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
