"""The row that is absorbed and the values that changed, as the journal of a merge keeps them; and back again."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from accounts.merging.parts import Rows
from accounts.models import Merge
from kam.core.integrity import translating_integrity

Values = dict[str, list[Any]]  # column → what it held, and what it holds since the merge


def row_of(row: models.Model) -> dict[str, Any]:
    """The whole row as the database writes it, fit for `put_back`."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(r)::text FROM {table} r WHERE id = %(id)s", {"id": row.pk})
        kept: dict[str, Any] = json.loads(cursor.fetchone()[0])
        return kept


def remove(row: models.Model) -> None:
    """The one statement; what belonged to it has moved. Its history keeps it, and so does a tombstone."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %(id)s", {"id": row.pk})


def keep_dropped(merge: Merge, before: Rows, after: Rows) -> None:
    """Note the rows that were there before and are not after: undoing puts them back where they came from."""
    tables = merge.journal["tables"]
    for table, rows in before.items():
        left = {row["id"] for row in after[table]}
        if gone := [row for row in rows if row["id"] not in left]:
            kept = tables.setdefault(table, {"moved": [], "dropped": []})
            moved = set(kept["moved"])
            owner = {True: str(merge.absorbed_id), False: str(merge.survivor_id)}
            kept["dropped"] += [{**row, "account_id": owner[row["id"] in moved]} for row in gone]
    merge.save(update_fields=["journal"])


def put_back(model: type[models.Model], row: Mapping[str, Any], **instead: Any) -> UUID:
    """The row under its former id, with `instead` for some columns; a column that came since has its default."""
    kept = {**row, **instead}
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if f.column in kept)
    table = model._meta.db_table
    with translating_integrity(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %(row)s)",
            {"row": json.dumps(kept, cls=DjangoJSONEncoder)},
        )
    return UUID(kept["id"])


def as_kept(value: Any) -> Any:
    """A value of a column as it is read from the journal again."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def still(row: models.Model, values: Values) -> dict[str, Any]:
    """Column → what it held before, of those that still hold what the merge gave them; what was edited since stays."""
    attnames = {f.column: f.attname for f in row._meta.concrete_fields}
    fields = {f.column: f for f in row._meta.concrete_fields}
    return {
        attnames[column]: fields[column].to_python(before)
        for column, (before, given) in values.items()
        if as_kept(getattr(row, attnames[column])) == given
    }
