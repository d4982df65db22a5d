"""Reading a CSV file record by record, without ever holding more than one record of it.

The file is in UTF-8 (kam/exchange/encodings.py sees to that). A record that cannot be read is handed
over with the reason, and reading goes on at the next physical line: nothing shifts.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kam.core.errors import BadInput
from kam.exchange.formats import Format
from kam.exchange.formulas import restore

BOM = b"\xef\xbb\xbf"
MAX_LINE_BYTES = 2**20


@dataclass(frozen=True)
class Position:
    """Between two records: bytes and lines before it."""

    read_bytes: int = 0
    read_lines: int = 0


@dataclass(frozen=True)
class RawRow:
    """A record and the line it starts on (the header is line 1).

    `problem` is "malformed_quotes" or "line_too_long" where it could not be read; `cells` is then empty.
    Bytes that are no UTF-8 stand in the cells as lone surrogates. `end` is where the next record begins.
    """

    line: int
    cells: list[str]
    end: Position
    problem: str = ""


@dataclass(frozen=True)
class Line:
    text: str
    number: int
    end: Position
    cut: bool


class Lines:
    """The physical lines as the csv module wants them; lines of a spoilt record can be put back."""

    def __init__(self, file: BinaryIO, position: Position) -> None:
        self.file = file
        self.bytes, self.number = position.read_bytes, position.read_lines
        self.waiting: deque[Line] = deque()
        self.record: list[Line] = []
        file.seek(self.bytes)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self._read()
        self.record.append(line)
        return line.text

    def retry_after_first(self) -> None:
        """Have the lines behind the first of the present record read again."""
        self.waiting.extendleft(reversed(self.record[1:]))
        self.record = self.record[:1]

    def _read(self) -> Line:
        piece = self.file.readline(MAX_LINE_BYTES)
        if not piece:
            raise StopIteration
        is_first = self.bytes == 0
        self.bytes += len(piece)
        self.number += 1
        cut = False
        while not piece.endswith(b"\n") and (more := self.file.readline(MAX_LINE_BYTES)):
            self.bytes += len(more)
            cut = True
            if more.endswith(b"\n"):
                break
        text = piece.removeprefix(BOM) if is_first else piece
        end = Position(self.bytes, self.number)
        return Line(text.decode("utf-8", "surrogateescape"), self.number, end, cut)


def read_rows(file: BinaryIO, *, dialect: Format, position: Position) -> Iterator[RawRow]:
    """The records behind `position`; blank lines are none."""
    lines = Lines(file, position)
    reader = csv.reader(
        lines, delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape or None, strict=True
    )
    number = position.read_lines
    while True:
        lines.record = []
        cells: list[str] = []
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problem = "malformed_quotes"
            lines.retry_after_first()
        number += 1
        if any(line.cut for line in lines.record):
            problem, cells = "line_too_long", []
        if cells or problem:
            first, end = lines.record[0].number, lines.record[-1].end
            if dialect.numbers_records:
                first, end = number, Position(end.read_bytes, number)
            yield RawRow(first, cells, end, problem)


def read_header(file: BinaryIO, dialect: Format) -> tuple[list[str], Position]:
    """Column names, and where the data begin. Raises: BadInput where there is no header."""
    row = next(read_rows(file, dialect=dialect, position=Position()), None)
    if row is None:
        raise BadInput("empty_file", "The file is empty.", field="file")
    header = [restore(name.strip()) for name in row.cells]
    text = "".join(header)
    if row.problem or not text or any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in text):
        raise BadInput("not_csv", "This is no CSV file with its column names in the first line.", field="file")
    return header, row.end
