"""What the mapping page shows below the choices: the first rows as they would be read, and words we do not know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kam.core.errors import DomainError
from kam.core.wording import source_name
from kam.exchange.drafts import Settings
from kam.exchange.enums import Outcome
from kam.exchange.guessing import columns_of
from kam.exchange.head import Head
from kam.exchange.mapping import said_to_people
from kam.exchange.mapping_form import example_of_way
from kam.exchange.models import ImportJob
from kam.exchange.registry import ImportKind, kind_of
from kam.exchange.running import context_of
from kam.exchange.trying import ROWS, Tried, try_out


@dataclass(frozen=True)
class Words:
    """What stands in a column that our field may not hold, with what it was said to mean."""

    name: str
    title: str
    choices: Sequence[tuple[str, str]]
    theirs: Sequence[tuple[str, str]]  # their word, ours so far


@dataclass(frozen=True)
class Preview:
    """`problem` where the mapping does not fit as a whole; `names` are the mapped fields, `rows` what they read."""

    problem: str = ""
    names: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[Tried, list[str]]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    ways: list[tuple[str, str]] = field(default_factory=list)  # of dates and numbers: our field, how it is written

    @property
    def rejected(self) -> int:
        return sum(row.outcome == Outcome.REJECTED for row, _ in self.rows)

    @property
    def doubt(self) -> str:
        """Where more than half would be rejected: how many of how many; else ""."""
        return f"{self.rejected}/{len(self.rows)}" if self.rejected * 2 > len(self.rows) else ""


def preview_of(draft: ImportJob, head: Head, settings: Settings | None, *, now: datetime) -> Preview:
    """The first rows, imported and taken back."""
    if settings is None:
        return Preview()
    settings.put_on(draft)
    kind = kind_of(draft.kind)
    words = _unknown_words(kind, head, settings)
    try:
        tried = try_out(draft, head.header, head.rows[:ROWS], context_of(draft, now))
    except DomainError as error:
        return Preview(problem=said_to_people(error), words=words)
    shown = {name for row in tried for name in row.values}
    names = [(one.name, kind.title(one.name)) for one in kind.fields if one.name in shown]
    rows = [(row, [_shown(kind, name, row.values.get(name, "")) for name, _ in names]) for row in tried]
    return Preview(names=names, rows=rows, words=words, ways=_ways(kind, settings))


def _shown(kind: ImportKind, name: str, text: str) -> str:
    return source_name(text) if name == "source" else str(kind.constants.get(name, {}).get(text, text))


def _ways(kind: ImportKind, settings: Settings) -> list[tuple[str, str]]:
    """Where they are not written plainly."""
    mapping = settings.mapping if isinstance(settings.mapping, dict) else {}
    sources = [(name, source) for name, source in mapping.items() if isinstance(source, dict)]
    return [
        (kind.title(name), example_of_way(key, source[key]))
        for name, source in sources
        for key in ("format", "decimal")
        if source.get(key)
    ]


def _unknown_words(kind: ImportKind, head: Head, settings: Settings) -> list[Words]:
    """Only for fields that come from one column: what several make together, nobody lists."""
    if not isinstance(settings.mapping, dict):
        return []
    found = []
    for name, choices_of in kind.choices.items():
        source = settings.mapping.get(name)
        columns = columns_of(source)
        if len(columns) != 1 or columns[0] not in head.columns:
            continue
        choices = choices_of()
        known = {word.casefold() for pair in choices.items() for word in pair}
        said = source.get("values", {}) if isinstance(source, dict) else {}
        theirs = [(word, said.get(word, "")) for word in head.values(columns[0])]
        theirs = [pair for pair in theirs if pair[1] or not {pair[0].casefold(), _as_key(pair[0])} & known]
        if theirs:
            found.append(Words(name, kind.title(name), list(choices.items()), theirs))
    return found


def _as_key(word: str) -> str:
    return "_".join(word.split()).casefold()
