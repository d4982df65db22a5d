"""Reading what is exported, a chunk at a time: nothing is kept, whatever the number of rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.exchange.exports.registry import ExportColumn
from kam.people.principal import Principal

MOST_AT_ONCE = 50_000
CHUNK = 1_000


class TooManyAtOnce(BadInput):
    """More rows than one answer holds: a job prepares the file."""


class Reader:
    """Turns ids into rows of cells for one person; one query per chunk, and one per column that needs its own."""

    def __init__(
        self, principal: Principal, found: QuerySet[Any, Any], columns: Sequence[ExportColumn], *, now: datetime
    ) -> None:
        self.principal, self.columns, self.now = principal, columns, now
        self.read = [column for column in columns if column.read is not None]
        self.found = found

    @property
    def heading(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
        """By id, in the order of `ids`; one that went out of sight meanwhile is left out."""
        selected = {f"cell_{n}": self._expression(column) for n, column in enumerate(self.read)}
        page = self.found.order_by().filter(pk__in=ids).annotate(**selected).values_list("pk", *selected)
        told = {pk: dict(zip((c.name for c in self.read), cells, strict=True)) for pk, *cells in page}
        seen = [one for one in ids if one in told]
        for column in self.columns:
            if column.many is not None:
                values = column.many(self.principal, seen, self.now)
                for one in seen:
                    told[one][column.name] = values.get(one)
        return {one: [column.write(told[one][column.name]) for column in self.columns] for one in seen}

    def _expression(self, column: ExportColumn) -> Any:
        wanted = column.read(self.principal) if column.read else None
        return F(wanted) if isinstance(wanted, str) else wanted

    def after(self, last: UUID | None, number: int) -> list[UUID]:
        """The next ids in order of key."""
        behind = self.found if last is None else self.found.filter(pk__gt=last)
        return list(behind.order_by("pk").values_list("pk", flat=True)[:number])

    def all_rows(self, order: Sequence[Any] = ("pk",), *, most: int = MOST_AT_ONCE) -> Iterator[list[Any]]:
        """A heading and every row, in that order. Raises TooManyAtOnce (before anything is read) above `most`."""
        ids = list(self.found.order_by(*order).values_list("pk", flat=True)[: most + 1])
        if len(ids) > most:
            words = _("More than %(most)d rows cannot be sent at once: have the file prepared.") % {"most": most}
            raise TooManyAtOnce("too_many_to_export", words)
        return self._in_chunks(ids)

    def _in_chunks(self, ids: Sequence[UUID]) -> Iterator[list[Any]]:
        yield self.heading
        for start in range(0, len(ids), CHUNK):
            yield from self.rows(ids[start : start + CHUNK]).values()
