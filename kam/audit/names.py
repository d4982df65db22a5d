"""What the rows are called that a page of the audit names, whichever table they are in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import CharField, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Trim

from kam.audit.kinds import Kind, page_of
from kam.people.models import User
from kam.people.principal import Principal

Names = Mapping[tuple[type[Model], str | None], str]
CALLED = ("name", "subject", "label")


def relations(kind: Kind) -> list[tuple[str, type[Model]]]:
    """Field → table of what a kind's rows point to."""
    fields = [kind.model._meta.get_field(name) for name in kind.fields]
    return [(field.name, field.related_model) for field in fields if field.is_relation]  # type: ignore[misc]


def names_of(principal: Principal, rows: Iterable[tuple[Kind, Mapping[str, Any]]]) -> Names:
    """(table, key) → name of whatever these rows name that exists and that `principal` sees; one query."""
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for kind, row in rows:
        if user := (row["context"] or {}).get("user"):
            wanted[User].add(user)
        if page_of(kind) is not None:
            wanted[kind.model].add(str(row["row"][kind.model._meta.pk.name]))
        for field, model in relations(kind):
            column = kind.model._meta.get_field(field).attname  # type: ignore[union-attr]
            values = (row["row"][field], (row["was"] or {}).get(column))
            wanted[model] |= {str(value) for value in values if value is not None}
    tables = [model for model, keys in wanted.items() if keys]
    parts = [_named(principal, model, wanted[model], place) for place, model in enumerate(tables)]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {(tables[place], key): name for place, key, name in found}


def _named(principal: Principal, model: Any, keys: set[str], place: int) -> QuerySet[Any, tuple[Any, ...]]:
    manager = model._default_manager
    rows = manager.visible_to(principal) if hasattr(manager, "visible_to") else manager.all()
    named = (
        rows.filter(pk__in=keys)
        .order_by()
        .annotate(named_place=Value(place), named_key=Cast("pk", CharField()), named_as=_called(model))
    )
    found: QuerySet[Any, tuple[Any, ...]] = named.values_list("named_place", "named_key", "named_as")
    return found


def _called(model: type[Model]) -> Any:
    fields = {field.name for field in model._meta.concrete_fields}
    if "last_name" in fields:
        return Trim(Concat("first_name", Value(" "), "last_name", output_field=TextField()))
    field = next((name for name in CALLED if name in fields), None)
    return Cast(field, TextField()) if field else Value("", TextField())
