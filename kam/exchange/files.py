"""Uploaded files: kept under the SHA-256 of their content, written once, never held in memory.

The original is kept as it came. What imports read is always CSV in UTF-8: the original itself where it is
that, else a copy written once. So a byte position stays the end of a record, whatever came in, and
another encoding, delimiter or sheet can still be chosen, because the original is there.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from kam.core.errors import BadInput, DomainError
from kam.exchange.encodings import Tally, ends_lines_by_cr, in_utf8
from kam.exchange.formats import Format
from kam.exchange.reading import Position, read_header, read_rows
from kam.exchange.sheets import MAX_FILE, MAX_SECONDS, is_workbook, sheet_as_csv
from kam.exchange.sniffing import find_dialect

MAX_BYTES = 512 * 2**20
MAX_ROWS = 2_000_000
PIECE = 2**20
# PNG, JPEG, GIF, PDF, gzip, 7-Zip, RAR, SQLite, program
NO_TEXT = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"%PDF-"),
    *(b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!\x1a", b"SQLite f", b"\x7fELF"),
)


class FileTooLarge(BadInput):
    """More bytes than an import takes."""

    status = 413


@dataclass(frozen=True)
class StoredFile:
    """`name` is read, CSV in UTF-8 of `size_bytes`; `original` is what came in. `header` are its column names."""

    name: str
    size_bytes: int
    original: str
    dialect: Format
    header: list[str]


def store(file: BinaryIO, *, wanted: Mapping[str, str], seconds: float | None = MAX_SECONDS) -> StoredFile:
    """Keep `file`, written as `wanted` says or as it looks; the same content is kept once.

    A workbook may take so many `seconds` to be read. Raises: FileTooLarge; BadInput for what cannot be
    read; DomainError above 2,000,000 rows.
    """
    file.seek(0)
    head = file.read(8)
    _check_text(head)
    if is_workbook(head):
        return _store_workbook(file, wanted, seconds)
    digest, tally = hashlib.sha256(), Tally()
    for piece in _pieces(file, MAX_BYTES):
        digest.update(piece)
        tally.feed(piece)
    encoding = wanted.get("encoding") or tally.encoding()
    cr_ends_line = ends_lines_by_cr(tally.head, encoding)
    if encoding == "utf-8" and not cr_ends_line:
        return _stored(file, f"imports/{digest.hexdigest()}.csv", Format(), wanted)
    with tempfile.TemporaryFile() as copy:
        name = _write(copy, in_utf8(_pieces(file, MAX_BYTES), encoding, cr_ends_line=cr_ends_line))
        original = f"imports/{digest.hexdigest()}.txt"
        stored = _stored(cast("BinaryIO", copy), name, Format(encoding=encoding), wanted, original)
    _keep(original, file)
    return stored


def _check_text(head: bytes) -> None:
    """Whatever the file is called. Raises: BadInput for a picture, a PDF, an archive or the like."""
    if head.startswith(NO_TEXT):
        detail = _("This is no text file but a picture, a PDF, an archive or the like. Upload CSV or .xlsx.")
        raise BadInput("not_csv", detail, field="file")


def _store_workbook(file: BinaryIO, wanted: Mapping[str, str], seconds: float | None) -> StoredFile:
    digest = hashlib.sha256()
    for piece in _pieces(file, MAX_FILE):
        digest.update(piece)
    with tempfile.TemporaryFile() as copy:
        with sheet_as_csv(file, wanted.get("sheet", ""), seconds=seconds) as (sheet, lines):
            name = _write(copy, lines)
        original = f"imports/{digest.hexdigest()}.xlsx"
        stored = _stored(cast("BinaryIO", copy), name, Format(sheet=sheet), {}, original)
    _keep(original, file)
    return stored


def _stored(file: BinaryIO, name: str, known: Format, wanted: Mapping[str, str], original: str = "") -> StoredFile:
    """Look at the CSV in UTF-8, and keep it once it can be read."""
    dialect = known if known.sheet else find_dialect(file, known).corrected(wanted)
    header, start = read_header(file, dialect)
    if any(number > MAX_ROWS for number, _row in enumerate(_enough_rows(file, dialect, start), 1)):
        raise DomainError("too_many_rows", f"The file may have at most {MAX_ROWS:,} rows.", field="file")
    file.seek(0, 2)
    size = file.tell()
    _keep(name, file)
    return StoredFile(name, size, original or name, dialect, header)


def _enough_rows(file: BinaryIO, dialect: Format, start: Position) -> Iterable[object]:
    """The rows, to be counted: by record, because a quoted cell may hold many lines. None where lines are few."""
    lines = sum(piece.count(b"\n") for piece in _pieces(file, None))
    return read_rows(file, dialect=dialect, position=start) if lines > MAX_ROWS else ()


def _write(copy: object, pieces: Iterable[bytes]) -> str:
    """Write `pieces` into the empty file `copy`; the name their content gives it."""
    file, digest, size = cast("BinaryIO", copy), hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += file.write(piece)
        _check_size(size, MAX_BYTES)
    return f"imports/{digest.hexdigest()}.csv"


def _keep(name: str, file: BinaryIO) -> None:
    if not default_storage.exists(name):
        file.seek(0)
        default_storage.save(name, File(file))


def _pieces(file: BinaryIO, most: int | None) -> Iterator[bytes]:
    file.seek(0)
    size = 0
    while piece := file.read(PIECE):
        size += len(piece)
        if most is not None:
            _check_size(size, most)
        yield piece


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise FileTooLarge("too_large", f"The file may have at most {most // 2**20} MiB.", field="file")
