"""The mapping: which column, constant or joined columns a field of ours comes from, and how it is written.

{"account": "Client",
 "occurred_at": {"column": "Logged", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Rome"},
 "external_id": ["Ticket", "Step"],
 "type": {"value": "support_case"},
 "channel": {"column": "Via", "values": {"Tel": "phone", "Mail": "email"}},
 "duration_minutes": {"column": "Minutes", "decimal": ","}}
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kam.core.bounds import known_zone
from kam.core.errors import BadInput, DomainError
from kam.core.text import find_forbidden
from kam.exchange.formulas import restore
from kam.exchange.numbers import check_decimal
from kam.exchange.reading import RawRow
from kam.exchange.records import Record
from kam.exchange.registry import Field, ImportKind
from kam.exchange.values import Reading, check_format

SOURCE_KEYS = {"value", "column", "columns", "format", "timezone", "decimal", "values"}
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
SPOILT_BYTES = re.compile("[\udc80-\udcff]")
PROBLEMS = {
    "malformed_quotes": gettext_lazy("The quotation marks do not match."),
    "line_too_long": gettext_lazy("The line is longer than 1 MiB."),
}


class FieldsMissing(BadInput):
    """Fields that a mapping must have and has not: by the names that mappings use, and `titled` as the page does."""

    def __init__(self, kind: ImportKind, names: Sequence[str]) -> None:
        said = _("Neither mapped nor given a default: %(names)s.")
        super().__init__("field_missing", said % {"names": ", ".join(names)}, field="mapping")
        self.titled = said % {"names": ", ".join(map(kind.title, names))}


def said_to_people(error: DomainError) -> str:
    """What is wrong, in the words of the mapping page."""
    return error.titled if isinstance(error, FieldsMissing) else error.detail


@dataclass(frozen=True)
class Source:
    """Where one field comes from: a constant, or columns (several are joined)."""

    target: Field
    columns: tuple[str, ...] = ()
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = Reading()


class Reader:
    """The way of one field from the cells of a row to its value ("": an empty cell).

    Files repeat themselves: what was read once is looked up in `known`, by the very cells (`pick`). A mapping
    is bound anew for every chunk, so that this never grows beyond one.
    """

    def __init__(self, source: Source, positions: Mapping[str, int]) -> None:
        self.source = source
        self.name = source.target.name
        self.values, self.parse, self.reading = source.values, source.target.parse, source.reading
        self.pick = itemgetter(*(positions[column] for column in source.columns))
        self.known: dict[str | tuple[str, ...], Any] = {}

    def read(self, picked: str | tuple[str, ...]) -> Any:
        """Raises: DomainError for what is wrong with it."""
        cell = restore(picked) if isinstance(picked, str) else self._join(picked)
        if self.values:
            cell = self.values.get(cell.strip(), cell)
        value = self.known[picked] = self.parse(cell, self.reading) if cell and not cell.isspace() else ""
        return value

    def _join(self, picked: tuple[str, ...]) -> str:
        parts = [restore(part) for part in picked]
        return self.source.target.glue.join(parts) if any(part.strip() for part in parts) else ""


class BoundMapping:
    """A mapping tied to the header of a file: turns its rows into records.

    Raises: BadInput for a field we do not know, a column the header does not have (or has twice), a
    required field that is neither mapped nor has a default, or a constant that does not fit its field.
    """

    def __init__(self, kind: ImportKind, mapping: Any, defaults: Any, header: Sequence[str]) -> None:
        self.width = len(header)
        self.sources = _sources(kind, mapping)
        defaults = kind.defaults | _texts(kind, defaults)
        missing = [f.name for f in kind.fields if f.required and f.name not in {*defaults, *self.sources}]
        if missing:
            raise FieldsMissing(kind, missing)
        positions = {c: position_of(c, header) for source in self.sources.values() for c in source.columns}
        self.columns = {name: source.columns[0] for name, source in self.sources.items() if source.columns}
        self.constants = {name: _constant(kind.by_name[name], text) for name, text in defaults.items()}
        for name, source in self.sources.items():
            if source.constant is not None:
                self.constants[name] = _constant(source.target, source.constant, source.reading)
        self.readers = [Reader(source, positions) for source in self.sources.values() if source.constant is None]

    def record(self, row: RawRow) -> Record:
        """The record of a row; rejected with all that is wrong with its cells."""
        record = Record(row.line, dict(self.constants), self.columns)
        if row.problem:
            record.reject(row.problem, str(PROBLEMS[row.problem]))
        elif len(row.cells) != self.width:
            said = _("%(cells)s cells under %(columns)s column names.")
            record.reject("column_count", said % {"cells": len(row.cells), "columns": self.width})
        elif not (line := "".join(row.cells)).isprintable() and (wrong := _wrong_text(line)):
            record.reject(*wrong)
        else:
            self._fill(record, row.cells)
        return record

    def _fill(self, record: Record, cells: list[str]) -> None:
        values = record.values
        for reader in self.readers:
            picked = reader.pick(cells)
            value = reader.known.get(picked)
            if value is None:
                try:
                    value = reader.read(picked)
                except DomainError as error:  # of the shape, or a rule that every door shares
                    record.reject(error.code, error.detail, name=reader.name)
                    continue
            if value != "":
                values[reader.name] = value
                continue
            record.blank += (reader.name,)
            if values.setdefault(reader.name, "") == "" and reader.source.target.required:
                record.reject("missing", _("There is nothing in this column."), name=reader.name)


def _wrong_text(line: str) -> tuple[str, str] | None:
    """All that may not come in is among what does not print, and few lines hold any of that."""
    if SPOILT_BYTES.search(line):
        return "encoding", _("The line is not in UTF-8.")
    found = find_forbidden(line)
    if found or (control := CONTROL.search(line)) and (found := f"U+{ord(control.group()):04X}"):
        return "forbidden_character", _("The character %(found)s is not allowed.") % {"found": found}
    return None


def _sources(kind: ImportKind, mapping: Any) -> dict[str, Source]:
    if mapping == {}:
        raise BadInput("bad_mapping", _("No field of ours has a column yet."), field="mapping")
    if not isinstance(mapping, dict):
        detail = _("The mapping must be a JSON object: our field → their column.")
        raise BadInput("bad_mapping", detail, field="mapping")
    return {name: _source(_known(kind, name, "mapping"), given) for name, given in mapping.items()}


def _source(target: Field, given: Any) -> Source:
    given = {"columns": given} if isinstance(given, list) else {"column": given} if isinstance(given, str) else given
    if not isinstance(given, dict) or set(given) - SOURCE_KEYS or len({"value", "column", "columns"} & set(given)) != 1:
        raise _bad(target.name, _("name a column, a list of columns, or an object with column, columns or value."))
    columns = given.get("columns", [given["column"]] if "column" in given else [])
    values = given.get("values", {})
    if (
        not isinstance(columns, list)
        or not (columns or "value" in given)
        or any(not isinstance(c, str) for c in columns)
    ):
        raise _bad(target.name, _("column names are texts."))
    if not (isinstance(values, dict) and all(isinstance(value, str) for value in values.values())):
        raise _bad(target.name, _("values must map texts to texts."))
    constant = _text(target.name, given["value"]) if "value" in given else None
    return Source(target, tuple(columns), constant, values, _reading(given))


def _bad(name: str, said: str) -> BadInput:
    return BadInput("bad_mapping", f"{name}: {said}", field="mapping")


def _reading(given: dict[str, Any]) -> Reading:
    pattern, zone = given.get("format"), given.get("timezone", "UTC")
    if not isinstance(pattern, str | None) or not isinstance(zone, str):
        raise BadInput("bad_mapping", _("format and timezone are texts."), field="mapping")
    if pattern is not None:
        check_format(pattern)
    return Reading(pattern, known_zone(zone, field="mapping"), check_decimal(given.get("decimal")))


def _texts(kind: ImportKind, defaults: Any) -> dict[str, str]:
    if not isinstance(defaults, dict):
        raise BadInput("bad_defaults", _("The defaults must be a JSON object: our field → text."), field="defaults")
    return {_known(kind, name, "defaults").name: _text(name, value) for name, value in defaults.items()}


def _known(kind: ImportKind, name: str, where: str) -> Field:
    if name not in kind.by_name:
        said = {"kind": kind.key, "name": repr(name), "names": ", ".join(kind.by_name)}
        detail = _("%(kind)s has no field %(name)s. It has %(names)s.") % said
        raise BadInput("unknown_field", detail, field=where)
    return kind.by_name[name]


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _bad(name, _("a constant is a text or a number."))
    return str(value)


def _constant(target: Field, text: str, reading: Reading | None = None) -> Any:
    if not text.strip():
        raise _bad(target.name, _("a constant cannot be empty."))
    try:
        return target.parse(text, reading or Reading())
    except DomainError as error:  # of the shape, or a rule that every door shares
        raise BadInput(error.code, f"{target.name}: {error.detail}", field="mapping") from error


def position_of(column: str, header: Sequence[str]) -> int:
    """Raises: BadInput for a column the header does not have, or has twice."""
    found = [position for position, name in enumerate(header) if name == column.strip()]
    if not found:
        said = {"name": repr(column), "names": ", ".join(header)[:300]}
        detail = _("The file has no column %(name)s. It has: %(names)s.") % said
        raise BadInput("unknown_column", detail, field="mapping")
    if len(found) > 1:
        detail = _("The file has %(number)s columns %(name)s.") % {"number": len(found), "name": repr(column)}
        raise BadInput("ambiguous_column", detail, field="mapping")
    return found[0]
