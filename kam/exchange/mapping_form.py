"""The mapping page's form: for every field of ours one of their columns, how dates are written, what else."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kam.core.bounds import zone_names
from kam.exchange.drafts import Settings
from kam.exchange.enums import Missing
from kam.exchange.forms import MAX_JSON, JSONField
from kam.exchange.guessing import FORMATS
from kam.exchange.head import Head
from kam.exchange.numbers import DECIMALS
from kam.exchange.registry import Field, ImportKind
from kam.exchange.suggesting import found_way, way_of
from kam.exchange.values import example_of, instant

VALUE = "value-"
MOST_PAIRS = 200
PLAIN = "plain"  # ISO 8601; numbers with nothing between thousands
WAYS = {"format": ("", *FORMATS), "decimal": tuple(DECIMALS)}


@dataclass(frozen=True)
class Row:
    """A field of ours on the page: its column, what stands in for empty cells, how a date or number is written."""

    field: Field
    title: str
    hint: str | Promise
    column: forms.BoundField
    default: forms.BoundField
    format: forms.BoundField | None


class MappingForm(forms.Form):
    zone = forms.ChoiceField(
        label=gettext_lazy("Times without a zone are in"),
        choices=lambda: [(name, name) for name in sorted(zone_names())],
    )
    missing_accounts = forms.BooleanField(label=gettext_lazy("Create accounts that do not exist"), required=False)
    missing_types = forms.BooleanField(label=gettext_lazy("Create touchpoint types that do not exist"), required=False)
    dry_run = forms.BooleanField(label=gettext_lazy("Only check, write nothing"), required=False)
    by_hand = forms.BooleanField(label=gettext_lazy("Use this instead of the choices above"), required=False)
    mapping = JSONField(
        label=gettext_lazy("Mapping as JSON"), required=False, max_length=MAX_JSON, show_hidden_initial=True
    )
    save_as = forms.CharField(label=gettext_lazy("Keep this mapping as"), required=False, max_length=100)
    is_shared = forms.BooleanField(label=gettext_lazy("for everyone"), required=False)

    def __init__(
        self, kind: ImportKind, head: Head, data: Any = None, *, zone: str = "UTC", settings: Settings | None = None
    ) -> None:
        self.kind, self.head = kind, head
        initial = {"zone": zone} | (initial_of(kind, head, settings) if settings else {})
        super().__init__(data, initial=initial)
        given = initial if data is None else data
        columns = [("", "–"), *((name, name) for name in head.columns)]
        for field in kind.fields:
            title = kind.title(field.name)
            self.fields[f"column-{field.name}"] = forms.ChoiceField(choices=columns, label=title, required=False)
            self.fields[f"default-{field.name}"] = self._default(field)
            if way_of(field):
                written = self._ways(field, str(given.get(f"column-{field.name}") or ""))
                label = _("How “%(field)s” is written") % {"field": title}
                self.fields[f"format-{field.name}"] = forms.ChoiceField(choices=written, label=label, required=False)
        if "type" not in kind.by_name:
            del self.fields["missing_types"]
        if "account" not in kind.by_name:
            del self.fields["missing_accounts"]

    def _ways(self, field: Field, column: str) -> list[tuple[str, str]]:
        """First of all as it looks, whatever column is chosen."""
        looks = _("As it looks")
        if column:
            looks = f"{looks}: {example_of_way(way_of(field), found_way(field, self.head, column))}"
        known = [(way or PLAIN, example_of_way(way_of(field), way)) for way in WAYS[way_of(field)]]
        return [("", looks), *known]

    def _default(self, field: Field) -> forms.Field:
        label = _("“%(field)s” where there is nothing") % {"field": self.kind.title(field.name)}
        if constants := self.kind.constants.get(field.name):
            return forms.ChoiceField(choices=[("", "–"), *constants.items()], required=False, label=label)
        if field.name in self.kind.choices:
            choices = [("", "–"), *self.kind.choices[field.name]().items()]
            return forms.ChoiceField(choices=choices, required=False, label=label)
        return forms.CharField(required=False, max_length=200, label=label)

    @cached_property
    def used_rows(self) -> list[Row]:
        """Those that are needed or filled."""
        return [row for row in self._rows() if row.field.required or row.column.value() or row.default.value()]

    @cached_property
    def spare_rows(self) -> list[Row]:
        used = {row.field.name for row in self.used_rows}
        return [row for row in self._rows() if row.field.name not in used]

    @cached_property
    def unused_columns(self) -> list[str]:
        """Columns of the file that no choice takes up; what a mapping by hand leaves out is not looked at."""
        if self["by_hand"].value():
            return []
        taken = {row.column.value() for row in self._rows()}
        return [name for name in self.head.columns if name not in taken]

    def _rows(self) -> Iterator[Row]:
        for field in self.kind.fields:
            written = self[f"format-{field.name}"] if way_of(field) else None
            title, word = self.kind.title(field.name), self.kind.words.get(field.name)
            hint = word.hint if word else ""
            yield Row(field, title, hint, self[f"column-{field.name}"], self[f"default-{field.name}"], written)

    def settings(self) -> Settings:
        """What a valid form says."""
        data = self.cleaned_data
        named = {name.removeprefix("default-"): text for name, text in data.items() if name.startswith("default-")}
        return Settings(
            mapping=data["mapping"] if data["by_hand"] and data["mapping"] else self._mapping(),
            defaults={name: text for name, text in named.items() if text},
            missing_accounts=Missing.CREATE if data.get("missing_accounts") else Missing.REJECT,
            missing_types=Missing.CREATE if data.get("missing_types") else Missing.REJECT,
            dry_run=data["dry_run"],
        )

    def show_choices(self) -> bool:
        """Have the JSON of a valid form say what its choices say; False where it is used, or was changed, by hand."""
        if self.cleaned_data["by_hand"] or "mapping" in self.changed_data:
            return False
        said = self.fields["mapping"].prepare_value(self._mapping())
        data: Any = copy(self.data)  # of a request: one that may be changed
        data["mapping"] = data[self["mapping"].html_initial_name] = said
        self.data = data
        return True

    def _mapping(self) -> dict[str, Any]:
        values = given_values(self.data)
        found: dict[str, Any] = {}
        for field in self.kind.fields:
            column = self.cleaned_data[f"column-{field.name}"]
            if not column:
                continue
            source: dict[str, Any] = {"column": column}
            if (key := way_of(field)) and (way := self._way(field, column)):
                source[key] = way
            if field.parse is instant and self.cleaned_data["zone"] != "UTC":
                source["timezone"] = self.cleaned_data["zone"]
            if pairs := values.get(field.name):
                source["values"] = pairs
            found[field.name] = column if len(source) == 1 else source
        return found

    def _way(self, field: Field, column: str) -> str:
        """How a column is written: as was chosen, else as it looks."""
        chosen = str(self.cleaned_data[f"format-{field.name}"]) or found_way(field, self.head, column)
        return "" if chosen == PLAIN else chosen


def given_values(data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Field → their word → ours, from inputs named `value-<field>-<their word>`."""
    found: dict[str, dict[str, str]] = {}
    for key in [key for key in data if key.startswith(VALUE)][:MOST_PAIRS]:
        name, _dash, theirs = key.removeprefix(VALUE).partition("-")
        if data[key]:
            found.setdefault(name, {})[theirs] = str(data[key])
    return found


def initial_of(kind: ImportKind, head: Head, settings: Settings) -> dict[str, Any]:
    """The form's inputs for a mapping; one that says more than they can is left to be used as it is written."""
    initial: dict[str, Any] = {f"default-{name}": text for name, text in settings.defaults.items()}
    initial |= {name: getattr(settings, name) == Missing.CREATE for name in ("missing_accounts", "missing_types")}
    initial |= {"mapping": settings.mapping, "dry_run": settings.dry_run}
    if not isinstance(settings.mapping, dict):
        return initial | {"by_hand": True}
    for name, source in settings.mapping.items():
        given = {"column": source} if isinstance(source, str) else source
        if not isinstance(given, dict) or "columns" in given or name not in kind.by_name:  # as skip_if_empty
            initial["by_hand"] = True
        elif "value" in given:
            initial[f"default-{name}"] = given["value"]
            initial |= {"by_hand": True} if given["value"] not in kind.constants.get(name, [given["value"]]) else {}
        else:
            initial |= _initial_of_column(kind, head, name, given)
    return initial


def _initial_of_column(kind: ImportKind, head: Head, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was found by itself is left to be found, should another column be chosen."""
    found: dict[str, Any] = {f"column-{name}": given["column"]}
    field = kind.by_name[name]
    if key := way_of(field):
        way = given.get(key, "")
        found[f"format-{name}"] = "" if way == found_way(field, head, given["column"]) else way or PLAIN
        if way not in WAYS[key]:
            found["by_hand"] = True
    if field.parse is instant:
        found["zone"] = given.get("timezone", "UTC")
    return found


def example_of_way(key: str, way: str) -> str:
    """How a date or number looks that is written so."""
    if key == "decimal":
        return DECIMALS[way]
    return example_of(way) if way else _("ISO 8601 (2026-11-22)")
