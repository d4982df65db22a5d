"""What the mapping page starts from, and what may be chosen instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kam.exchange.drafts import Settings
from kam.exchange.enums import Missing
from kam.exchange.guessing import columns_used, fingerprint, fitted, guess, guess_format, ready_for
from kam.exchange.head import Head
from kam.exchange.models import ImportJob, SavedMapping
from kam.exchange.numbers import guess_decimal, may_be_grouped
from kam.exchange.registry import Field, ImportKind, Ready, kind_of
from kam.exchange.selectors import last_alike, saved_mappings
from kam.exchange.values import day, instant
from kam.people.principal import Principal

LAST = "last"
MOST_KEPT = 200


@dataclass(frozen=True)
class Offers:
    """`saved` were kept for files with these columns, `others` name no column that the file has not."""

    saved: Sequence[SavedMapping]
    others: Sequence[SavedMapping]
    last: ImportJob | None
    ready: Sequence[Ready]

    def chosen(self, wanted: str) -> Settings | None:
        """The one `wanted`; where nothing is, the best: kept, else as last time. None: none of them."""
        kept = [one for one in [*self.saved, *self.others] if str(one.pk) == wanted] if wanted else self.saved
        if kept:
            return Settings(kept[0].mapping, kept[0].defaults, **kept[0].options)
        if self.last and wanted in ("", LAST):
            missing = Missing(self.last.missing_accounts), Missing(self.last.missing_types)
            return Settings(self.last.mapping, self.last.defaults, *missing)
        return None


def offers_for(by: Principal, draft: ImportJob, head: Head) -> Offers:
    """Mappings that fit the file of a draft."""
    mark = fingerprint(head.header)
    kept = list(saved_mappings(by).filter(kind=draft.kind).order_by("-changed_at", "id")[:MOST_KEPT])
    saved = [one for one in kept if one.fingerprint == mark]
    others = [one for one in kept if one.fingerprint != mark and _fits(one.mapping, head.columns)]
    return Offers(saved, others, last_alike(by, draft.kind, mark), ready_for(kind_of(draft.kind), head.header))


def suggested(offers: Offers, draft: ImportJob, head: Head, *, wanted: str, zone: str) -> Settings:
    """The mapping `wanted`; else what was chosen so far, one kept, as last time, made for this export, or a guess.

    `zone` is the person's.
    """
    if draft.mapping and not wanted:
        return Settings.of(draft)
    if found := offers.chosen(wanted):
        return found
    kind = kind_of(draft.kind)
    made = next((one for one in offers.ready if wanted in ("", one.title)), None)
    mapping = fitted(made.mapping, head.header) if made else guess(kind, head.header)
    return Settings(as_written(kind, head, mapping, zone), {**kind.proposed, **(made.defaults if made else {})})


def as_written(kind: ImportKind, head: Head, mapping: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A guessed mapping, with the way its dates and numbers seem to be written."""
    found: dict[str, Any] = dict(mapping)
    for name, column in mapping.items():
        field = kind.by_name[name]
        if isinstance(column, str) and (key := way_of(field)):
            way = found_way(field, head, column)
            source = {"column": column} | ({key: way} if way else {})
            source |= {"timezone": zone} if field.parse is instant and zone != "UTC" else {}
            found[name] = source if len(source) > 1 else column
    return found


def way_of(field: Field) -> str:
    """The key of a mapping that says how such a field is written; "" where there is but one way."""
    if field.parse in (instant, day):
        return "format"
    return "decimal" if may_be_grouped(field.parse) else ""


def found_way(field: Field, head: Head, column: str) -> str:
    """How a column seems to be written; "" for ISO 8601, and for plain numbers."""
    if column not in head.columns:
        return ""
    samples = head.values(column)
    return guess_format(samples) if way_of(field) == "format" else guess_decimal(field.parse, samples)


def _fits(mapping: Any, columns: Iterable[str]) -> bool:
    used = columns_used(mapping)
    return bool(used) and used <= set(columns)
