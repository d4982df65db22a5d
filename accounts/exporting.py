"""What the portfolio shows, as CSV rows: the same rows for the same person, nothing more."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from accounts.enums import Band
from accounts.portfolio.figures import Figures

FIGURE_COLUMNS = [
    *("by", "name", "accounts", "value", "currency", "mean_health", "spread"),
    *Band.values,
    *("moved_down", "stale", "regularity_percent"),
]


def figure_rows(tables: Iterable[tuple[str, list[Figures]]]) -> Iterator[list[object]]:
    """A heading and a row per owner and per team, as the portfolio shows them; values in the reporting currency."""
    return _with_heading(FIGURE_COLUMNS, (_figures(by, row) for by, rows in tables for row in rows))


def _figures(by: str, row: Figures) -> list[object]:
    tally = row.tally
    mean, spread = (None if one is None else round(one, 1) for one in (tally.mean, tally.spread))
    return [
        *(by, row.label.strip(), tally.count, tally.value, settings.REPORTING_CURRENCY, mean, spread),
        *(tally.bands[band] for band in Band.values),
        *(tally.down, tally.stale, tally.regularity),
    ]


def _with_heading(heading: list[str], rows: Iterable[list[object]]) -> Iterator[list[object]]:
    yield list(heading)
    yield from rows
