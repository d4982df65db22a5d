"""The kinds of records that can be imported. Apps register theirs in `ready()`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

from kam.core.errors import BadInput
from kam.exchange.records import Context, Later, Record
from kam.exchange.values import Parser


@dataclass(frozen=True)
class Field:
    """A field of ours that a mapping may name. `glue` joins several columns into it."""

    name: str
    parse: Parser
    required: bool = False
    glue: str = " "


class Handler(Protocol):
    """What a kind does with a chunk; set-based, in the transaction of the chunk.

    `resolve` looks up what the records name and rejects those that name nothing. `identity` then says
    what makes a record itself: (text, True) for an identity its source gave, (text, False) for mere
    content, which may rightly occur twice. `write` ends every record that is still open and gives back
    what can be decided only when the whole file was read; `finish` decides that, and gives back records
    whose outcome or issues it adds.
    """

    def resolve(self, records: Sequence[Record], context: Context) -> None: ...
    def identity(self, record: Record) -> tuple[str, bool]: ...
    def write(self, records: Sequence[Record], context: Context) -> list[Later]: ...
    def finish(self, later: Sequence[Later], context: Context) -> list[Record]: ...


@dataclass(frozen=True)
class ImportKind:
    """`example_header` and `example_mapping` are shown on the upload page, ready to be changed."""

    key: str
    label: str | Promise
    fields: Sequence[Field]
    handler: Handler
    example_header: str
    example_mapping: dict[str, Any]
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def by_name(self) -> dict[str, Field]:
        return {entry.name: entry for entry in self.fields}


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[ImportKind]:
    return list(_kinds.values())


def kind_of(key: str) -> ImportKind:
    """Raises: BadInput for a key nobody registered."""
    if key not in _kinds:
        raise BadInput("unknown_kind", f"The kind must be one of {', '.join(_kinds)}.", field="kind")
    return _kinds[key]
