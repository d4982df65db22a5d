"""What stands around the rows of the account list: its filters, headings and choice of columns as HTML.

Written in Python like the rows (accounts/cells.py): a template for each of some ninety options took 5 ms a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlencode

from django.forms import BoundField
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.columns import Column, offered
from kam.core.markup import fill, icon, joined

SELECTED, CHECKED = SafeString(" selected"), SafeString(" checked")
UP, DOWN = SafeString(' aria-sort="ascending"'), SafeString(' aria-sort="descending"')


def filter_select(field: BoundField) -> SafeString:
    """One filter with its values; the first, empty one says what it filters by."""
    chosen, label = str(field.value()), field.label
    options = joined(
        fill('<option value="{}"{}>{}</option>', value, SELECTED if str(value) == chosen else "", text)
        for value, text in field.field.choices  # type: ignore[attr-defined]
        if value
    )
    return fill(
        '<select class="form-select" name="{}" aria-label="{}">\n  <option value="">{}</option>\n  {}\n</select>',
        *(field.html_name, label, label, options),
    )


def heads(columns: Iterable[Column], *, ordering: str, asked: QueryDict) -> SafeString:
    """The headings: the name first; most order the table, the present one the other way round."""
    name = Column("name", _("Account"), "name", ordering="name", css="grow")
    kept = {key: str(value) for key, value in asked.items() if value and key != "cursor"}
    return joined(_head(column, ordering, kept) for column in (name, *columns))


def _head(column: Column, ordering: str, kept: Mapping[str, str]) -> SafeString:
    css = f"num {column.css}" if column.num else column.css
    if not column.ordering:
        title = fill('<abbr title="{}">{}</abbr>', column.title, column.label) if column.title else column.label
        return fill('<th scope="col" class="{}">{}</th>', css, title)
    down = f"-{column.ordering}"
    rises, falls = ordering == column.ordering, ordering == down
    address = {**kept, "ordering": down if rises else column.ordering}
    return fill(
        '<th scope="col" class="{}"{}><a href="?{}">{}{}</a></th>',
        css,
        UP if rises else DOWN if falls else "",
        urlencode(address),
        column.label,
        icon("chevron-up", "ico-small") if rises else icon("chevron-down", "ico-small") if falls else "",
    )


def column_boxes(chosen: Sequence[str]) -> SafeString:
    """A box for every column with buttons that move it, the chosen ones first, in their order."""
    return _column_boxes(tuple(chosen), get_language())


@lru_cache(maxsize=256)
def _column_boxes(chosen: tuple[str, ...], language: str | None) -> SafeString:
    up, down = _("Move %(name)s up"), _("Move %(name)s down")
    return joined(
        fill(
            '<li><label><input class="form-check-input" type="checkbox" name="column" value="{}"{}>{}</label>{}{}</li>',
            column.key,
            CHECKED if is_chosen else "",
            name := column.title or column.label,
            _mover(-1, up % {"name": name}, "chevron-up"),
            _mover(1, down % {"name": name}, "chevron-down"),
        )
        for column, is_chosen in offered(chosen)
    )


def _mover(by: int, words: str, picture: str) -> SafeString:
    return fill(
        '<button class="btn btn-small btn-icon btn-quiet" type="button" data-move="{}" aria-label="{}">{}</button>',
        *(by, words, icon(picture, "ico-small")),
    )
