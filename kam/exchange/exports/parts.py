"""The file of an export in the storage: parts that are written once each, and joined while they are sent."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kam.exchange.downloads import csv_lines

PIECE = 2**18


def part_name(job_id: UUID, number: int) -> str:
    return f"exports/{job_id}/{number:06d}.csv"


def book_name(job_id: UUID) -> str:
    return f"exports/{job_id}/book.xlsx"


def write_part(job_id: UUID, number: int, rows: Iterable[Iterable[Any]]) -> None:
    """A second try writes the same part again."""
    replace(part_name(job_id, number), "".join(csv_lines(rows)).encode())


def replace(name: str, content: bytes) -> None:
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def joined(job_id: UUID, parts: int) -> Iterator[bytes]:
    for number in range(parts):
        yield from pieces(part_name(job_id, number))


def pieces(name: str) -> Iterator[bytes]:
    with default_storage.open(name, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def rows_in(job_id: UUID, parts: int) -> Iterator[list[str]]:
    """The rows as they were written, heading included."""
    for number in range(parts):
        with default_storage.open(part_name(job_id, number), "rb") as file:
            yield from csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))  # type: ignore[type-var]


def remove(job_id: UUID, parts: int) -> None:
    for number in range(parts):
        default_storage.delete(part_name(job_id, number))
    default_storage.delete(book_name(job_id))
