"""Many rows into a temporary table by one COPY, for set-based statements to go on with."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection


@contextmanager
def staged(table: str, definition: str) -> Iterator[None]:
    """A temporary table for the block; history knows nothing of it, and it is gone whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {definition} WITH NO DATA")
        yield
        cursor.execute(f"DROP TABLE {table}")


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, texts: Sequence[str] = ()) -> None:
    """Append `rows`. None and "" are NULL, but in the columns `texts`, where they are the empty text."""
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    file.seek(0)
    options = f", FORCE_NOT_NULL ({', '.join(texts)})" if texts else ""
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv{options})", file)


def uuid_array(ids: Iterable[UUID | str]) -> str:
    """For `%s::uuid[]`: thousands of ids as one text are written and read far faster than one by one."""
    return f"{{{','.join(map(str, ids))}}}"
