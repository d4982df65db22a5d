"""Reading a CSV file record by record, without ever holding more than one record of it.

UTF-8 with or without a byte order mark; comma, semicolon or tab. A record that cannot be read is
handed over with the reason, and reading goes on at the next physical line: nothing shifts.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kam.core.errors import BadInput

BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t"
MAX_LINE_BYTES = 2**20


@dataclass(frozen=True)
class Position:
    """Between two records: bytes and physical lines before it."""

    read_bytes: int = 0
    read_lines: int = 0


@dataclass(frozen=True)
class RawRow:
    """A record and the physical line it starts on (the header is line 1).

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
        self.bytes += len(piece)
        self.number += 1
        cut = False
        while not piece.endswith(b"\n") and (more := self.file.readline(MAX_LINE_BYTES)):
            self.bytes += len(more)
            cut = True
            if more.endswith(b"\n"):
                break
        text = piece.removeprefix(BOM) if self.number == 1 else piece
        end = Position(self.bytes, self.number)
        return Line(text.decode("utf-8", "surrogateescape"), self.number, end, cut)


def read_rows(file: BinaryIO, *, delimiter: str, position: Position) -> Iterator[RawRow]:
    """The records behind `position`; blank lines are none."""
    lines = Lines(file, position)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
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
        if any(line.cut for line in lines.record):
            problem, cells = "line_too_long", []
        if cells or problem:
            yield RawRow(lines.record[0].number, cells, lines.record[-1].end, problem)


def sniff_delimiter(file: BinaryIO) -> str:
    """The one of comma, semicolon and tab that occurs most often in the header, outside quotes."""
    file.seek(0)
    first = file.readline(MAX_LINE_BYTES).removeprefix(BOM).decode("utf-8", "surrogateescape")
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def read_header(file: BinaryIO) -> tuple[list[str], Position, str]:
    """Column names, where the data begin, and the delimiter. Raises: BadInput where there is no header."""
    delimiter = sniff_delimiter(file)
    row = next(read_rows(file, delimiter=delimiter, position=Position()), None)
    if row is None:
        raise BadInput("empty_file", "The file is empty.", field="file")
    header = [name.strip() for name in row.cells]
    text = "".join(header)
    if row.problem or not text or any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in text):
        raise BadInput("not_csv", "This is no CSV file in UTF-8 with its column names in the first line.", field="file")
    return header, row.end, delimiter
