"""One mapping, or a list of them: then every row yields a record by each.

[{"occurred_at": "engage_date", "type": {"value": "sales_call"}, …},
 {"occurred_at": "close_date", "type": {"value": "contract"}, …, "skip_if_empty": "close_date"}]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.exchange.mapping import BoundMapping, position_of
from kam.exchange.reading import RawRow
from kam.exchange.records import Record
from kam.exchange.registry import ImportKind

SKIP = "skip_if_empty"
MOST = 10


@dataclass(frozen=True)
class Part:
    """A mapping, and the column without which it yields nothing."""

    mapping: BoundMapping
    needs: int | None

    def wants(self, row: RawRow) -> bool:
        return self.needs is None or self.needs >= len(row.cells) or bool(row.cells[self.needs].strip())


class Bundle:
    """Raises: BadInput as BoundMapping does."""

    def __init__(self, kind: ImportKind, mapping: Any, defaults: Any, header: Sequence[str]) -> None:
        given = mapping if isinstance(mapping, list) else [mapping]
        if not 1 <= len(given) <= MOST:
            detail = _("A list of mappings has 1 to %(most)s of them.") % {"most": MOST}
            raise BadInput("bad_mapping", detail, field="mapping")
        self.parts = [_part(kind, one, defaults, header) for one in given]

    def records(self, rows: Iterable[RawRow]) -> list[Record]:
        """In the order of the lines. What is wrong with a line as a whole is said once."""
        first = self.parts[0]
        if len(self.parts) == 1 and first.needs is None:
            return [first.mapping.record(row) for row in rows]
        return [record for row in rows for record in self._of(row)]

    def _of(self, row: RawRow) -> list[Record]:
        first = self.parts[0].mapping.record(row)
        if first.issues and not first.issues[0].column:
            return [first]
        others = [part.mapping.record(row) for part in self.parts[1:] if part.wants(row)]
        return [first, *others] if self.parts[0].wants(row) else others


def _part(kind: ImportKind, given: Any, defaults: Any, header: Sequence[str]) -> Part:
    if not isinstance(given, dict) or SKIP not in given:
        return Part(BoundMapping(kind, given, defaults, header), None)
    column = given[SKIP]
    if not isinstance(column, str):
        detail = _("%(name)s names a column.") % {"name": SKIP}
        raise BadInput("bad_mapping", detail, field="mapping")
    rest = {name: source for name, source in given.items() if name != SKIP}
    return Part(BoundMapping(kind, rest, defaults, header), position_of(column, header))
