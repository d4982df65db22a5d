"""The first rows of a file, to be shown before anything is imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, cast

from kam.core.errors import BadInput
from kam.exchange.models import ImportJob
from kam.exchange.reading import RawRow, read_header, read_rows
from kam.exchange.sheets import sheet_names

ROWS = 200
SHOWN = 5
MOST_VALUES = 50


@dataclass(frozen=True)
class Head:
    header: list[str]
    rows: list[RawRow]

    @property
    def columns(self) -> list[str]:
        """Those a mapping can name: with a name, and only one of it."""
        return [name for name in self.header if name and self.header.count(name) == 1]

    @property
    def shown(self) -> list[list[str]]:
        return [[_visible(cell) for cell in row.cells] for row in self.rows[:SHOWN]]

    def values(self, column: str) -> list[str]:
        """The different texts in a column, in the order met; spaces around them do not count."""
        place = self.header.index(column)
        found = (_visible(row.cells[place]).strip() for row in self.rows if len(row.cells) > place)
        return list(dict.fromkeys(text for text in found if text))[:MOST_VALUES]


def _visible(cell: str) -> str:
    """Bytes that are no text are shown as such: no page can hold them."""
    return cell.encode("utf-8", "replace").decode()


def head_of(job: ImportJob, *, rows: int = ROWS) -> Head:
    """Raises: BadInput where the file no longer can be read."""
    try:
        with job.file.open("rb") as opened:
            file = cast("BinaryIO", opened)
            header, start = read_header(file, job.written)
            found = list(islice(read_rows(file, dialect=job.written, position=start), rows))
    except FileNotFoundError as error:
        raise BadInput("file_gone", "The file is gone.", field="file") from error
    return Head(header, found)


def sheets_of(job: ImportJob) -> Sequence[str]:
    """The sheets one may choose from; none where the file is no workbook."""
    if not job.written.sheet:
        return ()
    with job.original.open("rb") as opened:
        return sheet_names(cast("BinaryIO", opened))
