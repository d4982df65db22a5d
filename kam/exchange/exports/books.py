"""Rows as an Excel file. Texts that a spreadsheet would run are neutralised as in CSV; numbers are numbers."""

import io
from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from kam.exchange.downloads import as_text
from kam.exchange.formulas import neutralise, restore

LONGEST = 32_767  # characters of a cell, as the format allows


def book(rows: Iterable[Iterable[Any]], *, numbers: Collection[str]) -> bytes:
    """`rows` begin with the heading; `numbers` are the columns that hold numbers."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("kam")
    sheet.freeze_panes = "A2"
    numeric: list[bool] = []
    for row in rows:
        cells = [as_text(value) for value in row]
        if not numeric:
            numeric = [name in numbers for name in cells]
            sheet.append([_bold(sheet, name) for name in cells])
            continue
        sheet.append([_cell(text, is_number=number) for text, number in zip(cells, numeric, strict=True)])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _bold(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(text: str, *, is_number: bool) -> Any:
    if text == "":
        return None
    if is_number:
        try:
            return Decimal(restore(text))
        except InvalidOperation:
            pass
    return ILLEGAL_CHARACTERS_RE.sub("", neutralise(restore(text)))[:LONGEST]
