"""Lists read as plain rows: Django writes the conditions and the order, and we the columns.

For thirty columns `.values()` spends longer on compiling and converting than PostgreSQL does on a page of fifty
rows. Columns that need converting, or a join, are read by it all the same.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import BaseIterable


class PlainRows(BaseIterable):  # type: ignore[type-arg]  # generic in its stubs only
    """Rows as dicts of `names`, which `columns` selects."""

    names: ClassVar[Sequence[str]]
    columns: ClassVar[str]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        query = self.queryset.query.chain()  # of its own class: a guarded query stays guarded
        query.set_values(["pk"])
        try:
            statement, parameters = query.get_compiler(self.queryset.db).as_sql()
        except EmptyResultSet:
            return
        with connections[self.queryset.db].cursor() as cursor:
            cursor.execute(f"SELECT {self.columns}{statement[statement.index(' FROM ') :]}", parameters)
            rows = cursor.fetchall()
        for row in rows:
            yield dict(zip(self.names, row, strict=True))


def with_columns(queryset: QuerySet[Any], names: Sequence[str]) -> QuerySet[Any]:
    """`queryset` yielding dicts of these columns, as `.values(*names)` does."""
    model: Any = queryset.model
    plain = None if queryset.query.distinct else _plain_rows(model, tuple(names), queryset.db)
    if plain is None:
        return queryset.values(*names)
    rows: Any = queryset.all()
    rows._iterable_class = plain
    return rows


@lru_cache(maxsize=64)
def _plain_rows(model: type[Model], names: tuple[str, ...], using: str) -> type[PlainRows] | None:
    """How to read these columns; None where one is of another table or needs converting."""
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    connection = connections[using]
    for name in names:
        field = fields.get(name)
        if field is None or field.get_db_converters(connection):
            return None
        if connection.ops.get_db_converters(field.get_col(model._meta.db_table)):
            return None
    table, quote = model._meta.db_table, connection.ops.quote_name
    columns = ", ".join(f"{quote(table)}.{quote(fields[name].column)}" for name in names)
    return type("PlainRows", (PlainRows,), {"names": names, "columns": columns})
