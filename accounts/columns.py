"""The columns of the account list: which there are, what each reads, and which somebody chose, in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from kam.core.errors import BadInput
from kam.core.personal import readable

SEPARATOR = "."  # between keys in an address


@dataclass(frozen=True)
class Column:
    """`reads` are columns of the table, the first of them the cell's value; `kind` says how the cell is written.

    What is read beyond the table (trend, delta, next touch, tags) has a `kind` of its own. `ordering` is what its
    heading orders by.
    """

    key: str
    label: str | Promise
    kind: str
    reads: tuple[str, ...] = ()
    ordering: str = ""
    num: bool = False
    title: str | Promise = ""
    css: str = ""


_ALL = (
    Column("owner", gettext_lazy("Owner"), "owner", ("owner__name",)),
    Column("health", gettext_lazy("Health"), "health", ("health", "health_band"), "health"),
    Column("trend", gettext_lazy("12 weeks"), "trend", ("health_band",), css="if-wide"),
    Column("delta", "Δ 30 d", "delta", num=True, title=gettext_lazy("Change over 30 days")),
    Column("last_touch", gettext_lazy("Last touch"), "moment", ("last_touch_at",), "last_touch_at"),
    Column("stale_in", gettext_lazy("Stale in"), "stale_in", ("stale_at",), "stale_at"),
    Column("value", gettext_lazy("Value"), "money", ("account_revenue", "currency"), "account_revenue", num=True),
    Column("next_touch", gettext_lazy("Next touch"), "next_touch"),
    Column("team", gettext_lazy("Team"), "text", ("team__name",)),
    Column("segment", gettext_lazy("Segment"), "text", ("segment__name",)),
    Column("tags", gettext_lazy("Tags"), "tags"),
    Column("lifecycle", gettext_lazy("Lifecycle"), "lifecycle", ("lifecycle",)),
    Column("renewal", gettext_lazy("Renewal"), "day", ("renewal_on",)),
    Column("customer_since", gettext_lazy("Customer since"), "day", ("customer_since",)),
    Column("industry", gettext_lazy("Industry"), "text", ("industry",)),
    Column("country", gettext_lazy("Country"), "text", ("country",)),
    Column("employees", gettext_lazy("Employees"), "number", ("employees",), num=True),
    Column("company_revenue", gettext_lazy("Their revenue"), "money", ("company_revenue", "currency"), num=True),
    Column("acquired_via", gettext_lazy("Acquired via"), "text", ("acquired_via",)),
)
DEFAULT = ("owner", "health", "trend", "delta", "last_touch", "stale_in", "value", "next_touch")


@cache
def columns() -> dict[str, Column]:
    """Those that may be shown: nothing that only few may read of a person (kam/core/personal.py)."""
    return {
        column.key: column
        for column in _ALL
        if len(readable(Account, [name.partition("__")[0] for name in column.reads])) == len(column.reads)
    }


def parse_columns(text: str) -> tuple[str, ...]:
    """Keys as they stand in an address; without any the usual ones. Raises: BadInput for one there is none of."""
    keys = tuple(dict.fromkeys(key for key in text.split(SEPARATOR) if key))
    if unknown := known_columns(keys)[1]:
        words = _("The list has no column “%(key)s”.") % {"key": unknown[0][:40]}
        raise BadInput("unknown_column", words, field="columns")
    return keys or DEFAULT


def known_columns(keys: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """The keys that name a column, and those that (no longer) do."""
    asked = list(keys)
    return tuple(key for key in asked if key in columns()), [key for key in asked if key not in columns()]


def offered(chosen: Sequence[str]) -> list[tuple[Column, bool]]:
    """Every column and whether it is chosen, the chosen ones first, in their order."""
    rest = [column for column in columns().values() if column.key not in chosen]
    return [(columns()[key], True) for key in chosen] + [(column, False) for column in rest]
