"""Uploaded files: kept under the SHA-256 of their content, written once, never held in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage

from kam.core.errors import BadInput, DomainError
from kam.exchange.reading import read_header, read_rows

MAX_BYTES = 512 * 2**20
MAX_ROWS = 2_000_000
PIECE = 2**20


class FileTooLarge(BadInput):
    """More bytes than an import takes."""

    status = 413


@dataclass(frozen=True)
class StoredFile:
    name: str
    size_bytes: int


def store(file: BinaryIO) -> StoredFile:
    """Keep `file`; the same content is kept once. Raises: FileTooLarge; DomainError above 2,000,000 rows."""
    digest, size, newlines = hashlib.sha256(), 0, 0
    for piece in _pieces(file):
        digest.update(piece)
        size += len(piece)
        newlines += piece.count(b"\n")
        if size > MAX_BYTES:
            raise FileTooLarge("too_large", f"The file may have at most {MAX_BYTES // 2**20} MiB.", field="file")
    if newlines > MAX_ROWS and _has_too_many_rows(file):
        raise DomainError("too_many_rows", f"The file may have at most {MAX_ROWS:,} rows.", field="file")
    name = f"imports/{digest.hexdigest()}.csv"
    if not default_storage.exists(name):
        file.seek(0)
        name = default_storage.save(name, File(file))
    return StoredFile(name, size)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _has_too_many_rows(file: BinaryIO) -> bool:
    """Counted by record, because a quoted cell may hold many lines."""
    _, start, delimiter = read_header(file)
    rows = read_rows(file, delimiter=delimiter, position=start)
    return any(number > MAX_ROWS for number, _ in enumerate(rows, 1))
