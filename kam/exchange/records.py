"""What passes between the framework and the kinds: records, and how each of them ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kam.exchange.enums import Level, Outcome
from kam.people.principal import Principal

MOST_OF_ONE, MOST_WORDS = 500, 2_000  # characters: what is wrong with one cell, and with a line


@dataclass(frozen=True)
class Issue:
    line: int
    level: Level
    code: str
    message: str
    column: str = ""


@dataclass(slots=True)
class Record:
    """A line, its values by field, and its end (None: not decided yet).

    A field that is neither mapped nor given a default is absent from `values`; an empty cell is "", or the
    default. `columns` says which column a field is mapped to; `blank` names the fields whose cell is empty.
    `number` counts equal records within the file from 1; only the first of an identity that a source
    gave is kept, the others are duplicates.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    outcome: Outcome | None = None
    issues: list[Issue] = field(default_factory=list)
    number: int = 1
    target: Any = None  # what the kind resolved it to

    def __getitem__(self, name: str) -> Any:
        """The value of a field, "" where there is none."""
        return self.values.get(name, "")

    def says(self, name: str) -> bool:
        """Whether a cell of this very line holds it: constants and defaults overwrite nothing."""
        return name in self.columns and name not in self.blank

    def reject(self, code: str, message: str, *, name: str = "") -> None:
        """End it; `name` is the field at fault. What else is wrong is added to what was said: one error a line."""
        self.outcome = Outcome.REJECTED
        if not self.issues or self.issues[-1].level != Level.ERROR:
            self._note(Level.ERROR, code, message, name)
            return
        said = f"{self.issues[-1].message.rstrip('.')}; {self.columns.get(name, name)}: {message[:MOST_OF_ONE]}"
        self.issues[-1] = replace(self.issues[-1], message=said[:MOST_WORDS])

    def warn(self, code: str, message: str, *, name: str = "") -> None:
        """Say what is left out of a line that is imported all the same."""
        self._note(Level.WARNING, code, message, name)

    def duplicates(self, line: int) -> None:
        self.outcome = Outcome.DUPLICATE
        said = _("Line %(line)s has the same identity; this one is left out.") % {"line": line}
        self._note(Level.WARNING, "duplicate", said, "external_id")

    def _note(self, level: Level, code: str, message: str, name: str) -> None:
        self.issues.append(Issue(self.line, level, code, message[:MOST_OF_ONE], self.columns.get(name, name)[:200]))


@dataclass(frozen=True)
class Context:
    """For whom, when and how a chunk is imported."""

    by: Principal
    now: datetime
    job_id: UUID | None = None
    create_accounts: bool = False
    create_types: bool = False


@dataclass(frozen=True)
class Later:
    """A decision put off to the end of the file: what `value` means for the object `object_id`.

    `outcome` is how the line ended so far.
    """

    line: int
    object_id: UUID
    value: str
    outcome: Outcome


def parted_records(records: Sequence[Record]) -> list[Record]:
    """Those that could be parted into cells, rejected ones too: what else is wrong with these is said with it."""
    return [record for record in records if record.outcome is None or record.issues[0].column]


def open_records(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.outcome is None]
