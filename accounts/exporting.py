"""What a list or a table shows, as CSV rows: the same rows for the same person, nothing more."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Band
from accounts.models import Account
from accounts.portfolio.figures import Figures
from kam.core.errors import BadInput

MOST = 50_000
CHUNK = 2_000

# Heading → what is read. Nothing of a contact's: their fields have rules of their own.
ACCOUNT_COLUMNS = {
    "id": "id",
    "name": "name",
    "tier": "tier",
    "lifecycle": "lifecycle",
    "owner": "owner__name",
    "team": "team__name",
    "health": "health",
    "health_band": "health_band",
    "last_touch_at": "last_touch_at",
    "stale_at": "stale_at",
    "account_revenue": "account_revenue",
    "currency": "currency",
}
FIGURE_COLUMNS = [
    *("by", "name", "accounts", "value", "currency", "mean_health", "spread"),
    *Band.values,
    *("moved_down", "stale", "regularity_percent"),
]


def account_rows(accounts: QuerySet[Account], *, order: tuple[str, ...]) -> Iterator[list[object]]:
    """A heading and a row per account, in the order of the list, read as they are sent.

    Raises BadInput (at once) where there are more than MOST.
    """
    if accounts.order_by()[: MOST + 1].count() > MOST:
        words = _("More than %(most)d accounts cannot be exported at once: narrow the list down by its filters.")
        raise BadInput("too_many_to_export", words % {"most": MOST})
    keys = [F(key[1:]).desc(nulls_last=True) if key.startswith("-") else F(key).asc(nulls_last=True) for key in order]
    found = accounts.order_by(*keys).values_list(*ACCOUNT_COLUMNS.values())
    return _with_heading(list(ACCOUNT_COLUMNS), (list(row) for row in found.iterator(chunk_size=CHUNK)))


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
