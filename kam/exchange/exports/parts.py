"""The file of an export in the storage: parts that are written once each, and joined while they are sent.

Beside each part stand the ids of its rows, so that a row is left out once whoever fetches it no longer sees it.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kam.exchange.downloads import Echo, csv_lines

PIECE = 2**18
Seen = Callable[[Sequence[UUID]], Collection[UUID]]


def part_name(job_id: UUID, number: int) -> str:
    return f"exports/{job_id}/{number:06d}.csv"


def ids_name(job_id: UUID, number: int) -> str:
    return f"exports/{job_id}/{number:06d}.ids"


def book_name(job_id: UUID) -> str:
    return f"exports/{job_id}/book.xlsx"


def write_part(job_id: UUID, number: int, rows: Iterable[Iterable[Any]], ids: Iterable[UUID]) -> None:
    """The heading, which only the first part has, is no row of `ids`. A second try writes the same part again."""
    replace(ids_name(job_id, number), "\n".join(map(str, ids)).encode())
    replace(part_name(job_id, number), "".join(csv_lines(rows)).encode())


def replace(name: str, content: bytes) -> None:
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def are_there(job_id: UUID, parts: int) -> bool:
    names = (name(job_id, number) for number in range(parts) for name in (part_name, ids_name))
    return all(default_storage.exists(name) for name in names)


def ids_in(job_id: UUID, number: int) -> list[UUID]:
    with default_storage.open(ids_name(job_id, number), "rb") as file:
        return [UUID(line.decode()) for line in file.read().split()]


def joined(job_id: UUID, parts: int, seen: Seen) -> Iterator[bytes]:
    """What `seen` says of the rows of each part is asked when its turn comes."""
    for number in range(parts):
        ids = ids_in(job_id, number)
        still = seen(ids)
        if len(still) == len(ids):
            yield from pieces(part_name(job_id, number))
        else:
            yield _without(job_id, number, [one in still for one in ids])


def _without(job_id: UUID, number: int, kept: Sequence[bool]) -> bytes:
    heading = [True] if number == 0 else []
    writer = csv.writer(Echo())  # its cells are neutralised already
    rows = zip([*heading, *kept], _rows(job_id, number), strict=True)
    return "".join(writer.writerow(row) for is_kept, row in rows if is_kept).encode()


def pieces(name: str) -> Iterator[bytes]:
    with default_storage.open(name, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def rows_in(job_id: UUID, parts: int) -> Iterator[list[str]]:
    """The rows as they were written, heading included."""
    for number in range(parts):
        yield from _rows(job_id, number)


def _rows(job_id: UUID, number: int) -> Iterator[list[str]]:
    with default_storage.open(part_name(job_id, number), "rb") as file:
        yield from csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))  # type: ignore[type-var]


def remove(job_id: UUID, parts: int) -> None:
    """Also the part that was written when somebody died before saying so."""
    for number in range(parts + 1):
        default_storage.delete(part_name(job_id, number))
        default_storage.delete(ids_name(job_id, number))
    default_storage.delete(book_name(job_id))
