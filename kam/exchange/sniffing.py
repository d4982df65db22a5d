"""How a CSV file separates and quotes its cells, found from its head."""

import io
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from kam.exchange.formats import DELIMITERS, Format
from kam.exchange.reading import Position, RawRow, read_rows

HEAD_BYTES = 256 * 2**10
HEAD_ROWS = 200
# At a tie the rarer within texts wins: "Size, in cm;Price" has two columns either way, as have its "1,5;2".
BY_RARITY = sorted(DELIMITERS, key="\t|;,".index)


def find_dialect(file: BinaryIO, known: Format) -> Format:
    """`known` with the delimiter and the quotes that make the most rows as wide as the header."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if len(head) == HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    best = max((replace(known, delimiter=delimiter) for delimiter in BY_RARITY), key=lambda f: _fit(_rows(head, f)))
    if _fit(_rows(head, best)) <= (0, 0):
        best = replace(known, delimiter=",")
    first = next(iter(_rows(head, best)), None)
    if first and len(first.cells) > 1 and all(_is_wrapped(cell) for cell in first.cells):
        best = replace(best, quote="'")
    escaped = replace(best, escape="\\")
    return escaped if _spoilt(_rows(head, escaped)) < _spoilt(_rows(head, best)) else best


def _rows(head: bytes, dialect: Format) -> list[RawRow]:
    return list(islice(read_rows(io.BytesIO(head), dialect=dialect, position=Position()), HEAD_ROWS))


def _fit(rows: list[RawRow]) -> tuple[int, int]:
    """How many rows are as wide as the header, and how wide that is; nothing where it is one column only."""
    width = len(rows[0].cells) if rows else 0
    if width < 2:
        return 0, 0
    return sum(len(row.cells) == width for row in rows), width


def _is_wrapped(cell: str) -> bool:
    return len(cell) > 1 and cell.startswith("'") and cell.endswith("'")


def _spoilt(rows: Iterable[RawRow]) -> int:
    return sum(bool(row.problem) for row in rows)
