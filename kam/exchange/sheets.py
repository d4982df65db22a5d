"""A sheet of an Excel workbook (.xlsx) as CSV, row by row: what its cells show, in the words a mapping expects.

Every row of the sheet is one record of the CSV, empty ones blank lines, so that line numbers are those
the sheet shows. Nothing of a workbook is run, and what it would unpack to is known before it is read.
"""

import csv
import io
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from functools import cache
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.exchange.sheet_xml import NumberFormats, TooMuch, bounded, refuse_doctype

MIB = 2**20
MAX_FILE = 50 * MIB
MAX_UNPACKED = 512 * MIB
MAX_PART = 64 * MIB  # of what is no sheet: texts, styles, pictures
MAX_HEAD = 2 * MIB  # of what openpyxl makes an object of each element of: a second's work or two
HEADS = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "docProps/core.xml",
    "docProps/custom.xml",
}
STYLES = "xl/styles.xml"
MAX_PARTS = 10_000
MAX_ROWS = 2**20  # an .xlsx cannot have more
MAX_COLUMNS = 1_000
BESIDE = 8  # cells right of the last column name that are still looked at: they make a row too long
MAX_SECONDS = 25  # within one web request
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BROKEN = (
    DefusedXmlException,
    zipfile.BadZipFile,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ArithmeticError,
    zlib.error,
    ExpatError,
)  # fmt: skip  what openpyxl and zipfile raise over a damaged workbook


class SheetTooLarge(BadInput):
    status = 413


@cache
def _excel() -> Any:
    """openpyxl, imported with the first workbook: it takes a fifth of the time that every process needs to start."""
    import openpyxl.reader.excel
    import openpyxl.reader.strings
    import openpyxl.worksheet._reader
    from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format

    # Beside defusedxml it parses in Python, ten times slower; what that guards from is refused above all reading.
    openpyxl.worksheet._reader.iterparse = openpyxl.reader.strings.iterparse = bounded

    every_style = openpyxl.reader.excel.apply_stylesheet

    def number_formats(archive: zipfile.ZipFile, book: Any) -> None:
        if not book.read_only:
            every_style(archive, book)
        elif STYLES in archive.namelist():
            with archive.open(STYLES) as part:
                formats = NumberFormats(part)
            book._date_formats = formats.which(is_date_format, builtin_format_code)
            book._timedelta_formats = formats.which(is_timedelta_format, builtin_format_code)

    openpyxl.reader.excel.apply_stylesheet = number_formats
    return openpyxl.reader.excel


def is_workbook(head: bytes) -> bool:
    """Whether a file begins as a workbook does. Raises: BadInput for an old or encrypted one."""
    if head.startswith(OLE):
        detail = _("Old .xls files and files with a password cannot be read. Save it as .xlsx without one, or as CSV.")
        raise BadInput("old_workbook", detail, field="file")
    return head.startswith(ZIP)


def sheet_names(file: BinaryIO) -> list[str]:
    """Without reading texts or styles, which may take seconds."""
    with _in_our_words():
        _check_archive(file)
        reader = _excel().ExcelReader(file, read_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        found = [
            sheet.name
            for sheet, part in reader.parser.find_sheets()
            if part.target in reader.valid_files and "chartsheet" not in part.Type
        ]
    if not found:
        raise _unreadable()
    return found


@contextmanager
def sheet_as_csv(
    file: BinaryIO, name: str, *, seconds: float | None = MAX_SECONDS
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """A sheet's name and its rows as CSV in UTF-8, a piece each; the first that holds a row where `name` is empty.

    Raises: BadInput for what is no workbook, or no sheet of it; SheetTooLarge for one beyond the limits
    or one that takes longer than `seconds` to read.
    """
    until = time.monotonic() + seconds if seconds else None
    with _opened(file) as book:
        sheets = [sheet for sheet in book.worksheets if sheet.title == name or not name]
        if not sheets:
            raise _no_such_sheet() if name else _unreadable()
        begun = _begun(sheets, until)
        yield begun.sheet.title, _csv(begun, until)


@dataclass(frozen=True)
class _Begun:
    """A sheet, how many rows stand before the first that says something, and its texts, each on one line."""

    sheet: Any
    before: int = 0
    header: Sequence[str] = ()


def _begun(sheets: Sequence[Any], until: float | None) -> _Begun:
    """The first of them that holds a row; where none does, the first."""
    for sheet in sheets:
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        for before, cells in enumerate(_rows(sheet, until, first=1, columns=MAX_COLUMNS)):
            texts = [" ".join(as_text(cell).split()) for cell in cells]
            if any(texts):
                return _Begun(sheet, before, texts[: max(place for place, text in enumerate(texts, 1) if text)])
    return _Begun(sheets[0])


def _csv(begun: _Begun, until: float | None) -> Iterator[bytes]:
    if not begun.header:
        return
    line, blank, width = _Line(), 0, len(begun.header)
    yield b"\n" * begun.before + line.of(begun.header)
    for cells in _rows(begun.sheet, until, first=begun.before + 2, columns=width + BESIDE):
        texts = [as_text(cell) for cell in cells]
        while len(texts) > width and not texts[-1]:
            texts.pop()
        if any(texts):
            yield b"\n" * blank + line.of(texts)
            blank = 0
        else:
            blank += 1


def as_text(cell: Any) -> str:
    """What a cell shows: dates in ISO 8601, numbers without exponent, yes or no as true or false."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        if cell.time() == time_of_day():
            return cell.date().isoformat()
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time_of_day):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.15g}'):f}"  # fifteen digits, as Excel shows them
    return str(cell)


class _Line:
    """One row as a line of CSV."""

    def __init__(self) -> None:
        self.buffer = io.StringIO()
        self.writer = csv.writer(self.buffer, lineterminator="\n")

    def of(self, texts: Sequence[str]) -> bytes:
        self.writer.writerow(texts)
        line = self.buffer.getvalue()
        self.buffer.seek(0)
        self.buffer.truncate()
        return line.encode("utf-8", "replace")


@contextmanager
def _opened(file: BinaryIO) -> Iterator[Any]:
    """A workbook for reading, closed afterwards."""
    with _in_our_words():
        _check_archive(file)
        with closing(_excel().load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book:
            yield book


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What is wrong with a workbook, said so that people understand it."""
    try:
        yield
    except BadInput:
        raise
    except TooMuch as error:
        raise _too_large() from error
    except OSError as error:
        if error.errno is None:  # openpyxl's own, and not the disk's
            raise _unreadable() from error
        raise
    except BROKEN as error:
        raise _unreadable() from error


def _rows(sheet: Any, until: float | None, *, first: int, columns: int) -> Iterator[tuple[Any, ...]]:
    """From row `first` on, so many cells each: a row is as wide as the caller says, not as its file claims."""
    rows = sheet.iter_rows(min_row=first, max_row=MAX_ROWS, max_col=columns, values_only=True)
    for number, cells in enumerate(rows):
        if until and not number % 500 and time.monotonic() > until:
            detail = _("The sheet takes too long to read. Save it as CSV and import that.")
            raise SheetTooLarge("too_large", detail, field="file")
        yield cells


def _check_archive(file: BinaryIO) -> None:
    """Refuse what is no workbook, carries macros, or unpacks to too much: zipfile reads no more than it declares."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        _check_sizes(parts)
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise _unreadable()
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise BadInput("macros", _("Workbooks with macros are not read. Save it as .xlsx or as CSV."), field="file")
        for part in parts:
            with archive.open(part) as opened:
                refuse_doctype(opened, _raise_unreadable)
    file.seek(0)


def _check_sizes(parts: Sequence[zipfile.ZipInfo]) -> None:
    large = [part for part in parts if part.file_size > MAX_PART and not part.filename.startswith("xl/worksheets/")]
    large += [part for part in parts if part.file_size > MAX_HEAD and part.filename in HEADS]
    if large or len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _too_large()


def _raise_unreadable(*declared: object) -> None:
    raise _unreadable()


def _too_large() -> SheetTooLarge:
    detail = _("The workbook is too large when unpacked: at most %(number)s MiB, far less of names. Save it as CSV.")
    return SheetTooLarge("too_large", detail % {"number": MAX_UNPACKED // MIB}, field="file")


def _no_such_sheet() -> BadInput:
    return BadInput("unknown_sheet", _("The workbook has no such sheet."), field="sheet")


def _unreadable() -> BadInput:
    return BadInput("not_a_workbook", _("This is no Excel workbook that can be read."), field="file")
