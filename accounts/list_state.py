"""What the account list is asked for: filters, order and columns, as its address says and as a view keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.columns import DEFAULT, SEPARATOR, known_columns, parse_columns
from accounts.filters import AccountFilter
from accounts.listing import ORDERINGS
from accounts.models import SavedView
from kam.core.errors import BadInput

USUAL = "name"


@dataclass(frozen=True)
class ListState:
    filters: Mapping[str, str]
    ordering: str = USUAL
    columns: tuple[str, ...] = DEFAULT

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Those of the address; what is as usual is left out."""
        found = list(self.filters.items())
        if self.ordering != USUAL:
            found.append(("ordering", self.ordering))
        if self.columns != DEFAULT:
            found.append(("columns", SEPARATOR.join(self.columns)))
        return found

    def query(self, **more: str) -> str:
        return urlencode([*more.items(), *self.parameters])


def state_asked(asked: QueryDict) -> ListState:
    """Of an address or a form. Raises: BadInput for an order or a column there is none of; filters are only read."""
    ordering = asked.get("ordering") or USUAL
    if ordering not in ORDERINGS:
        raise BadInput("unknown_ordering", _("This list cannot be ordered like that."), field="ordering")
    filters = {name: str(asked[name]) for name in AccountFilter.base_filters if asked.get(name)}
    return ListState(filters, str(ordering), parse_columns(str(asked.get("columns") or "")))


@dataclass(frozen=True)
class Opened:
    """A view as one person may use it; `left_out` are the words of what they do not see or there no longer is."""

    view: SavedView
    state: ListState
    left_out: tuple[str, ...]

    @property
    def query(self) -> str:
        return self.state.query(view=str(self.view.pk))


def opened(view: SavedView, filters: AccountFilter) -> Opened:
    """What of `view` the reader of `filters` may use: a filter that names what they do not see is no filter of theirs.

    No query: `filters` knows what it offers.
    """
    admitted: dict[str, str] = {}
    left_out: list[str] = []
    for name, value in _texts(view.filters).items():
        if filters.admits(name, value):
            admitted[name] = value
        else:
            left_out.append(filters.word_for(name))
    keys, lost = known_columns(view.columns)
    if lost:
        left_out.append(_("a column"))
    ordering = view.ordering if view.ordering in ORDERINGS else USUAL
    return Opened(view, ListState(admitted, ordering, keys or DEFAULT), tuple(dict.fromkeys(left_out)))


def _texts(filters: Any) -> dict[str, str]:
    """In the order in which the list names its filters; jsonb keeps none."""
    known = [name for name in AccountFilter.base_filters if name in filters]
    return {str(name): str(filters[name]) for name in [*known, *sorted(set(filters) - set(known))]}
