"""The kinds of records that can be imported. Apps register theirs in `ready()`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _

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
    (their `target` the object's id) whose outcome or issues it adds.
    """

    def resolve(self, records: Sequence[Record], context: Context) -> None: ...
    def identity(self, record: Record) -> tuple[str, bool]: ...
    def write(self, records: Sequence[Record], context: Context) -> list[Later]: ...
    def finish(self, later: Sequence[Later], context: Context) -> list[Record]: ...


@dataclass(frozen=True)
class Word:
    """What people call a field: on our pages, and in the files of others (compared without case and signs).

    `hint` says on the mapping page what a choice for it brings about.
    """

    title: str | Promise
    also: Sequence[str] = ()
    hint: str | Promise = ""


@dataclass(frozen=True)
class Ready:
    """A mapping made for the exports of another system, offered where a file has `needs`; columns may be missing."""

    system: str
    title: str
    needs: Sequence[str]
    mapping: dict[str, Any]
    defaults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportKind:
    """`example_header` and `example_mapping` are shown on the upload page, ready to be changed.

    `words` names the fields for people, `choices` says what a field may hold (value → what people read), `constants`
    what the mapping page offers for the lines without a value, where cells may hold more. `proposed` are the defaults
    that page begins with; who writes the mapping says them, or not. `made` answers where the accounts stand that an
    ImportJob made, "" where it made none.
    """

    key: str
    label: str | Promise
    fields: Sequence[Field]
    handler: Handler
    example_header: str
    example_mapping: dict[str, Any]
    defaults: dict[str, Any] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    choices: Mapping[str, Callable[[], Mapping[str, str]]] = field(default_factory=dict)
    constants: Mapping[str, Mapping[str, str | Promise]] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    ready: Sequence[Ready] = ()
    made: Callable[[Any], str] = lambda job: ""

    def title(self, name: str) -> str:
        """What people call a field."""
        return str(self.words[name].title) if name in self.words else name

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
        detail = _("The kind must be one of %(kinds)s.") % {"kinds": ", ".join(_kinds)}
        raise BadInput("unknown_kind", detail, field="kind")
    return _kinds[key]
