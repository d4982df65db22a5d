"""Every row that names an account, or a contact, moved to another one by a single statement; and back by another.

Which tables those are is read off the models, so no app can be forgotten: each AccountScoped model with a foreign
key to the absorbed row's table. Where the survivor may have only one such row and has it, the absorbed one's gives
way and is kept in the journal whole.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from accounts.models import Account, AccountPair, BulkLine, Contact, ContactPair, HealthResult, HealthSnapshot
from accounts.scoped import AccountScoped

# Said of the absorbed row itself: never the survivor's, so kept aside until it is there again.
ASIDE: Mapping[type[models.Model], Collection[type[models.Model]]] = {
    Account: {AccountPair, BulkLine, HealthResult, HealthSnapshot},
    Contact: {ContactPair},
}

Journal = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True)
class Table:
    """`columns` name the row that is absorbed; `keys`: of these columns the survivor's rows hold each value once."""

    name: str
    pk: str
    pk_type: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    is_aside: bool
    stamps: tuple[str, ...]
    names: tuple[tuple[str, str, str], ...]  # what else a row names: column, table and key there

    def steps(self) -> str:
        """Two steps of the one statement: what gives way, and what moves."""
        column, clash = self.columns[0], self._clash()
        gives_way = " OR ".join(f"r.{name} = %(absorbed)s" for name in self.columns)
        steps = f"{self.name}_dropped AS (DELETE FROM {self.name} r WHERE ({gives_way}) AND ({clash}) RETURNING r.*)"
        if self.is_aside:
            return steps
        return f"""{steps}, {self.name}_moved AS (
            UPDATE {self.name} r SET {", ".join([f"{column} = %(survivor)s", *self.stamps])}
            WHERE r.{column} = %(absorbed)s AND NOT ({clash}) RETURNING r.{self.pk})"""

    def told(self) -> str:
        moved = f"(SELECT COALESCE(jsonb_agg({self.pk}), '[]') FROM {self.name}_moved)" if not self.is_aside else "'[]'"
        dropped = f"(SELECT COALESCE(jsonb_agg(to_jsonb(d)), '[]') FROM {self.name}_dropped d)"
        return f"'{self.name}', jsonb_build_object('moved', {moved}, 'dropped', {dropped})"

    def back(self) -> str:
        """The same two, reversed: what moved and is there still, and what gave way, unless what it names is gone."""
        column = self.columns[0]
        named = (f"(f.{c} IS NULL OR EXISTS (SELECT 1 FROM {t} n WHERE n.{k} = f.{c}))" for c, t, k in self.names)
        there = " AND ".join(["TRUE", *named])
        again = f"""{self.name}_again AS (
            INSERT INTO {self.name} SELECT f.* FROM journal j,
                jsonb_populate_recordset(NULL::{self.name}, j.tables->'{self.name}'->'dropped') f WHERE {there}
            ON CONFLICT DO NOTHING RETURNING 1)"""
        if self.is_aside:
            return again
        return f"""{again}, {self.name}_back AS (
            UPDATE {self.name} r SET {", ".join([f"{column} = %(absorbed)s", *self.stamps])}
            WHERE r.{column} = %(survivor)s AND r.{self.pk} IN (
                SELECT one::{self.pk_type} FROM journal j,
                    jsonb_array_elements_text(j.tables->'{self.name}'->'moved') AS one)
            RETURNING 1)"""

    def _clash(self) -> str:
        if self.is_aside:
            return "TRUE"
        column = self.columns[0]
        same = (" AND ".join(f"s.{name} = r.{name}" for name in key) for key in self.keys)
        clashes = (f"EXISTS (SELECT 1 FROM {self.name} s WHERE s.{column} = %(survivor)s AND {one})" for one in same)
        return " OR ".join(clashes) or "FALSE"


@cache
def tables_of(target: type[models.Model]) -> tuple[Table, ...]:
    """All that belongs to a row of `target`, in order of name."""
    found = []
    for model in apps.get_models():
        if issubclass(model, AccountScoped):
            naming = [f for f in model._meta.concrete_fields if f.related_model is target]
            if naming:
                found.append(_table(model, naming, is_aside=model in ASIDE[target]))
    return tuple(sorted(found, key=lambda table: table.name))


def move(target: type[models.Model], *, survivor_id: UUID, absorbed_id: UUID, now: datetime) -> Journal:
    """Everything of the absorbed row is the survivor's; table → what moved (keys) and what gave way (rows)."""
    tables = tables_of(target)
    told = ", ".join(table.told() for table in tables)
    statement = f"WITH {', '.join(table.steps() for table in tables)} SELECT jsonb_build_object({told})::text"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"survivor": survivor_id, "absorbed": absorbed_id, "now": now})
        journal: Journal = json.loads(cursor.fetchone()[0])
    return {name: rows for name, rows in journal.items() if rows["moved"] or rows["dropped"]}


def move_back(
    target: type[models.Model], *, merge_id: UUID, survivor_id: UUID, absorbed_id: UUID, now: datetime
) -> None:
    """The reverse of `move`, read from the journal of the merge; what came since stays where it is."""
    steps = ", ".join(table.back() for table in tables_of(target))
    statement = f"""
        WITH journal AS (SELECT journal->'tables' AS tables FROM accounts_merge WHERE id = %(merge)s), {steps}
        DELETE FROM api_tombstone WHERE object_id = %(absorbed)s OR object_id IN (
            SELECT (one->>'id')::uuid FROM journal j, jsonb_each(j.tables) AS of_table(name, kept),
                jsonb_array_elements(kept->'dropped') AS one WHERE length(one->>'id') = 36)
    """
    with connection.cursor() as cursor:
        ids = {"merge": merge_id, "survivor": survivor_id, "absorbed": absorbed_id}
        cursor.execute(statement, {**ids, "now": now})


def _table(model: type[models.Model], naming: "Sequence[models.Field[Any, Any]]", *, is_aside: bool) -> Table:
    meta = model._meta
    # Who copies our data by updated_since hears of it, and an edit begun before does not overwrite it unseen.
    stamps = {"changed_at": "changed_at = %(now)s", "version": "version = r.version + 1"}
    return Table(
        name=meta.db_table,
        pk=str(meta.pk.column),
        pk_type="uuid" if isinstance(meta.pk, models.UUIDField) else "bigint",
        columns=tuple(str(field.column) for field in naming),
        keys=tuple(_keys(model, naming[0].name)),
        is_aside=is_aside,
        stamps=tuple(words for name, words in stamps.items() if name in {f.name for f in meta.concrete_fields}),
        names=tuple(
            (str(f.column), f.related_model._meta.db_table, str(f.target_field.column))
            for f in meta.concrete_fields
            if isinstance(f, models.ForeignKey) and f is not naming[0]
        ),
    )


def _keys(model: type[models.Model], naming: str) -> list[tuple[str, ...]]:
    """Of what it may have one only. Partial constraints are for `Part.stand_down`; the key itself never clashes."""
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return [
        tuple(columns[name] for name in constraint.fields if name != naming)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and constraint.condition is None
        and naming in constraint.fields
        and model._meta.pk.name not in constraint.fields
    ]
