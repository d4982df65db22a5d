"""Lists of issues as CSV, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator

from kam.exchange.formulas import neutralise
from kam.exchange.models import ImportIssue

HEADER = ["line", "column", "level", "code", "message"]


class Echo:
    """A file that hands back what is written, so that nothing is kept."""

    def write(self, text: str) -> str:
        return text


def issues_csv(issues: Iterable[ImportIssue]) -> Iterator[str]:
    """One line at a time, so that any number of issues costs no memory."""
    writer = csv.writer(Echo())
    yield writer.writerow(HEADER)
    for issue in issues:
        cells = [str(issue.line), issue.column, issue.level, issue.code, issue.message]
        yield writer.writerow([neutralise(cell) for cell in cells])
