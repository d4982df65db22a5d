"""The rejected lines of an import as a file: what stood there, and why it was not taken.

The reasons come first, so that a row with too many cells shows them where they belong. Corrected, the
file is imported as it is: nobody maps the columns of reasons.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from kam.core.errors import NotVisible
from kam.exchange.enums import Level
from kam.exchange.formats import Format
from kam.exchange.formulas import restore
from kam.exchange.guessing import REASON
from kam.exchange.models import ImportJob
from kam.exchange.reading import Position, RawRow, read_header, read_rows
from kam.exchange.selectors import each_issue

MOST_OF_A_LINE = 10_000
SPOILT = re.compile("[\udc80-\udcff]")
REASONS = [f"{REASON}line", f"{REASON}because"]


def rejected_rows(job: ImportJob) -> Iterator[list[object]]:
    """The header, then every rejected line, listed once. Read while it is sent: the file may be large."""
    with job.file.open("rb") as opened, job.file.storage.open(str(job.file.name)) as aside:
        file = cast("BinaryIO", opened)
        header, start = read_header(file, job.written)
        before = len(REASONS) if header[: len(REASONS)] == REASONS else 0  # corrected, and rejected once more
        yield [*REASONS, *header[before:]]
        rows = _with_begin(read_rows(file, dialect=job.written, position=start), start)
        for line, issues in groupby(each_issue(job, Level.ERROR), key=lambda issue: issue.line):
            found = next((pair for pair in rows if pair[0].line >= line), None)
            if found is None or found[0].line != line:
                return
            why = "; ".join(f"{issue.column}: {issue.message}" if issue.column else issue.message for issue in issues)
            cells = _cells(*found, cast("BinaryIO", aside))[before:]
            yield [line, why, *(_readable(cell, job.written) for cell in cells)]


def check_file(job: ImportJob) -> None:
    """Raises: NotVisible where the file is gone; to be asked before the first line is sent."""
    if not job.file.storage.exists(str(job.file.name)):
        raise NotVisible(_("The file is gone."))


def _with_begin(rows: Iterable[RawRow], start: Position) -> Iterator[tuple[RawRow, int]]:
    """With the byte each begins at."""
    begin = start.read_bytes
    for row in rows:
        yield row, begin
        begin = row.end.read_bytes


def _cells(row: RawRow, begin: int, file: BinaryIO) -> list[str]:
    """As they stood there; a line that could not be parted into cells is one."""
    cells = [restore(cell) for cell in row.cells]
    if row.problem:
        file.seek(begin)
        length = min(row.end.read_bytes - begin, MOST_OF_A_LINE)
        cells = [file.read(length).strip().decode("utf-8", "surrogateescape")]
    return cells


def _readable(cell: str, written: Format) -> str:
    """Bytes that are no UTF-8 are most likely Windows-1252: as such a person sees them, and may import them."""
    if written.encoding != "utf-8":
        return SPOILT.sub("\ufffd", cell)
    return SPOILT.sub(lambda found: bytes([ord(found.group()) - 0xDC00]).decode("cp1252", "replace"), cell)
