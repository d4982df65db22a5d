"""Which column is which of our fields: by its name, by what people call the field, by what stands in it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kam.exchange.registry import ImportKind, Ready

# ISO 8601 first, then what is met most; day before month unless a day shows that it cannot be so.
FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y",
)  # fmt: skip
REASON = "rejected_"  # how the columns begin that the file of rejected lines has beside those it came with


def plain(name: str) -> str:
    """A name without case and signs: "E-Mail " and "e_mail" are the same."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def fingerprint(header: Sequence[str]) -> str:
    """The same for files with the same columns, whatever their order, and for the rejected lines of such a file."""
    theirs = sorted(name for name in header if not name.startswith(REASON))
    return hashlib.blake2b("\0".join(theirs).encode(), digest_size=16).hexdigest()


def guess(kind: ImportKind, header: Sequence[str]) -> dict[str, str]:
    """Our field → their column. Our own names go first, because our exports use them; a column serves once."""
    free = {plain(name): name for name in reversed(header) if name and header.count(name) == 1}
    found: dict[str, str] = {}
    for field in kind.fields:
        if (column := free.get(plain(field.name))) and column not in found.values():
            found[field.name] = column
    for field in kind.fields:
        word = kind.words.get(field.name)
        if word is None or field.name in found:
            continue
        for name in (str(word.title), *word.also):
            if (column := free.get(plain(name))) and column not in found.values():
                found[field.name] = column
                break
    return found


def guess_format(samples: Sequence[str]) -> str:
    """The strptime format that reads the most samples, "" for ISO 8601 or where most are no dates at all."""
    given = [sample.strip() for sample in samples if sample.strip()]
    read = {known: sum(_reads(sample, known) for sample in given) for known in ("", *FORMATS)}
    best = max(read, key=lambda known: read[known])  # the first of equals
    return best if read[best] * 2 >= len(given) else ""


def ready_for(kind: ImportKind, header: Sequence[str]) -> list[Ready]:
    """Those made for such a file. One system writes `Id` and `ID`, by the tool that exports."""
    names = {plain(name) for name in header}
    return [ready for ready in kind.ready if {plain(name) for name in ready.needs} <= names]


def fitted(mapping: Mapping[str, Any], header: Sequence[str]) -> dict[str, Any]:
    """What of a mapping that was made for an export the file has columns for, under the names they have there."""
    there = {plain(name): name for name in header if name and header.count(name) == 1}
    found: dict[str, Any] = {}
    for name, source in mapping.items():
        (column,) = columns_of(source)
        if actual := there.get(plain(column)):
            found[name] = source | {"column": actual} if isinstance(source, dict) else actual
    return found


def columns_of(source: Any) -> list[str]:
    """The columns that a source of a mapping names."""
    if isinstance(source, str):
        return [source]
    if isinstance(source, list):
        return [part for part in source if isinstance(part, str)]
    if isinstance(source, dict):
        return columns_of(source.get("columns") or source.get("column", []))
    return []


def columns_used(mapping: Any) -> set[str]:
    """All columns that a mapping, or a list of them, names."""
    parts = [part for part in (mapping if isinstance(mapping, list) else [mapping]) if isinstance(part, dict)]
    return {column for part in parts for source in part.values() for column in columns_of(source)}


def _reads(sample: str, known: str) -> bool:
    try:
        datetime.strptime(sample, known) if known else datetime.fromisoformat(sample)  # noqa: DTZ007
    except ValueError:
        return False
    return True
