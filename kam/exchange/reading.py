"""Reading a CSV file record by record, without ever holding more than one record of it.

The file is in UTF-8 (kam/exchange/encodings.py sees to that). A record that cannot be read is handed
over with the reason, and reading goes on at the next physical line: nothing shifts. (Behind tens of thousands of
lines that were read in vain it goes on behind the record.)
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.exchange.formats import Format
from kam.exchange.formulas import restore

BOM = b"\xef\xbb\xbf"
MAX_LINE_BYTES = 2**20  # of a record, too
MAX_COLUMNS = 1_000
# How many lines may be read a second time: a record that never ends is given up behind its first line, and a file of
# nothing else would be read once for each of its lines.
AGAIN_AT_FIRST, AGAIN_PER_LINE = 20_000, 10


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
        self.again = AGAIN_AT_FIRST
        file.seek(self.bytes)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self._read()
        self.record.append(line)
        if line.end.read_bytes - self.record[0].end.read_bytes > MAX_LINE_BYTES:
            raise csv.Error("No record is as long as that.")
        return line.text

    def retry_after_first(self) -> None:
        """Have the lines behind the first of the present record read again, unless that was done too often."""
        self.again -= len(self.record) - 1
        if self.again > 0:
            self.waiting.extendleft(reversed(self.record[1:]))
            self.record = self.record[:1]

    def _read(self) -> Line:
        piece = self.file.readline(MAX_LINE_BYTES)
        if not piece:
            raise StopIteration
        is_first = self.bytes == 0
        self.bytes += len(piece)
        self.number += 1
        self.again += AGAIN_PER_LINE
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
        raise BadInput("empty_file", _("The file is empty."), field="file")
    if len(row.cells) > MAX_COLUMNS:
        detail = _("The file may have at most %(number)d columns.") % {"number": MAX_COLUMNS}
        raise BadInput("too_many_columns", detail, field="file")
    header = [restore(name.strip()) for name in row.cells]
    text = "".join(header)
    if row.problem or not text or any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in text):
        detail = _("This is no CSV file with its column names in the first line.")
        raise BadInput("not_csv", detail, field="file")
    return header, row.end
