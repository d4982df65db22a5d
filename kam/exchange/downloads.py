"""Rows as CSV, a line at a time, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from kam.exchange.formulas import neutralise
from kam.exchange.models import ImportIssue

MARK = "\ufeff"  # by this Excel knows UTF-8: without it, it takes umlauts for Windows-1252
HEADER = ["line", "column", "level", "code", "message"]


class Echo:
    """A file that hands back what is written, so that nothing is kept."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """One line at a time, so that any number of rows costs no memory. What is not known is an empty cell."""
    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow([neutralise(as_text(value)) for value in row])


def csv_answer(name: str, rows: Iterable[Iterable[object]], *, marked: bool = True) -> StreamingHttpResponse:
    """The rows as a file to keep, sent while they are read; `marked` for people, plain for programs."""
    lines = chain([MARK], csv_lines(rows)) if marked else csv_lines(rows)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=attached(name))


def attached(name: str) -> dict[str, str]:
    """The headers of a file to keep; its name may hold what its uploader called it."""
    return {"Content-Disposition": str(content_disposition_header(True, name)), "Cache-Control": "no-store"}


def issue_rows(issues: Iterable[ImportIssue]) -> Iterator[list[object]]:
    yield list(HEADER)
    for issue in issues:
        yield [issue.line, issue.column, issue.level, issue.code, issue.message]


def as_text(value: object) -> str:
    """What is not known is an empty cell."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
