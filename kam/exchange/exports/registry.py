"""The kinds of records that can be exported. Apps register theirs in `ready()`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.people.principal import Principal

Filters = Mapping[str, str]
Found = Callable[[Principal, Filters, datetime], QuerySet[Any, Any]]


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class ExportColumn:
    """A field under the name that our import gives it.

    `read(principal)` is the expression (or the name of a column) to select; where no SQL of one row can say it,
    `many(principal, ids, now)` says it for a chunk of rows. `write` turns what was read into what stands in the cell.
    """

    name: str
    read: Callable[[Principal], Any] | None = None
    many: Callable[[Principal, Sequence[UUID], datetime], Mapping[UUID, Any]] | None = None
    write: Callable[[Any], Any] = as_it_is
    is_number: bool = False


@dataclass(frozen=True)
class ExportKind:
    """Rows of one kind.

    `found(principal, filters, now)` are those that `principal` sees and asks for; it raises BadInput for a filter it
    does not know. `words` says the filters in force: (word, value). `scope` is what a token needs; `order` is that of
    a file that is sent at once.
    """

    key: str
    label: str | Promise
    scope: str
    columns: Sequence[ExportColumn]
    found: Found
    words: Callable[[Principal, Filters, datetime], Sequence[tuple[str, str]]]
    parameters: frozenset[str] = frozenset()
    order: Sequence[Any] = ("pk",)
    by_name: dict[str, ExportColumn] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({column.name: column for column in self.columns})

    def chosen(self, names: Sequence[str]) -> list[ExportColumn]:
        """Those columns, in that order; all where none is named. Raises: BadInput for one there is none of."""
        if unknown := [name for name in names if name not in self.by_name]:
            words = _("There is no field “%(name)s” to export.") % {"name": unknown[0][:40]}
            raise BadInput("unknown_column", words, field="columns")
        return [self.by_name[name] for name in dict.fromkeys(names)] or list(self.columns)


_kinds: dict[str, ExportKind] = {}


def register(kind: ExportKind) -> None:
    _kinds[kind.key] = kind


def export_kinds() -> list[ExportKind]:
    return list(_kinds.values())


def export_kind(key: str) -> ExportKind:
    """Raises: BadInput for a key nobody registered."""
    if key not in _kinds:
        raise BadInput("unknown_kind", f"The kind must be one of {', '.join(_kinds)}.", field="kind")
    return _kinds[key]
