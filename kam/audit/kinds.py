"""The kinds of happenings that the audit tells of: changes of every tracked table, and what apps add."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import F, Model, QuerySet
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.text import capfirst

from kam.core.personal import readable
from kam.core.tracking import HistoryEvent
from kam.people.principal import Principal


@dataclass(frozen=True)
class Kind:
    """One kind: its rows as `principal` sees them, and how they read as happenings.

    `at`, `number` and `person` name the columns of moment, key and who did it (`at` and `number` are indexed
    together); `columns` are the expressions of `word` (update, delete, read), `context`, `row` and `was`.
    `model` is the table that `row` tells of, `fields` those of its fields that are told.
    """

    key: str
    label: str | Promise
    model: type[Model]
    fields: tuple[str, ...]
    rows: Callable[[Principal], QuerySet[Any]]
    columns: Mapping[str, Any]
    at: str = "pgh_created_at"
    number: str = "pgh_id"
    person: str = "pgh_context__user"


@dataclass(frozen=True)
class ObjectPage:
    """The page `url` that shows an object: of the row itself, or of what its field `of` names."""

    url: str
    of: str = ""


_added: list[Kind] = []
_pages: dict[str, ObjectPage] = {}


def add_kind(kind: Kind) -> None:
    _added.append(kind)


def register_pages(pages: Mapping[str, ObjectPage]) -> None:
    """Key of a kind ("accounts.account") → where its lines lead."""
    _pages.update(pages)


def page_of(kind: Kind) -> ObjectPage | None:
    return _pages.get(kind.key)


def kinds() -> tuple[Kind, ...]:
    """Every kind in a fixed order: cursors hold the place of one in it."""
    events = [_tracked(model) for model in apps.get_models() if issubclass(model, HistoryEvent)]
    return tuple(sorted([*events, *_added], key=lambda kind: kind.key))


def _tracked(event: Any) -> Kind:
    model: type[Model] = event.pgh_tracked_model
    names = [field.name for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]
    fields = tuple(readable(model, names))
    return Kind(
        key=model._meta.label_lower,
        label=capfirst(str(model._meta.verbose_name)),
        model=model,
        fields=fields,
        rows=lambda principal: _seen(event, principal),
        columns={
            "word": F("pgh_label"),
            "context": F("pgh_context"),
            "row": JSONObject(**{name: F(event._meta.get_field(name).attname) for name in fields}),
            "was": F("pgh_was"),
        },
    )


def _seen(event: Any, principal: Principal) -> QuerySet[Any]:
    manager = event._default_manager
    rows: QuerySet[Any] = manager.visible_to(principal) if hasattr(manager, "visible_to") else manager.all()
    return rows
