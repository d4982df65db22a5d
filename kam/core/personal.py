"""What each field of each model says about people: one small table per app, in its personal.py.

A field that is in no table fails the build (kam.W002, tests/core/test_personal.py): whoever adds one
decides who may read it.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules


class Level(IntEnum):
    """Who reads a field. Each level holds the ones before it.

    PUBLIC: whoever gets in at all, such as names of types. INTERNAL: colleagues; nothing about a person.
    PERSONAL: about a person; whoever sees the account (or is a colleague) reads it.
    SENSITIVE: only the account's owner, leaders above and administrators, with a reason, leaving a record.
    SECRET: nobody, such as what a password is checked against.
    """

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    SENSITIVE = 3
    SECRET = 4


_levels: dict[str, dict[str, Level]] = {}


def register(label: str, levels: Mapping[str, Level] | None = None, **fields: Level) -> None:
    """Say the level of fields of the model `label` ("accounts.Contact"); a later word replaces an earlier one."""
    _levels.setdefault(label.lower(), {}).update({**(levels or {}), **fields})


def internal(label: str, names: str) -> None:
    """The fields, parted by spaces, that say nothing about a person."""
    register(label, dict.fromkeys(names.split(), Level.INTERNAL))


def personal(label: str, names: str) -> None:
    register(label, dict.fromkeys(names.split(), Level.PERSONAL))


def sensitive(label: str, names: str) -> None:
    register(label, dict.fromkeys(names.split(), Level.SENSITIVE))


def secret(label: str, names: str) -> None:
    register(label, dict.fromkeys(names.split(), Level.SECRET))


def level_of(model: type[Model], field: str) -> Level | None:
    """The level of a field; of a history event's that of the row it tells of. None: nobody said."""
    tracked = getattr(model, "pgh_tracked_model", None)
    if model._meta.pk.name == field or (tracked is not None and field.startswith("pgh_")):
        return Level.INTERNAL
    return _levels.get((tracked or model)._meta.label_lower, {}).get(field)


def readable(model: type[Model], names: Iterable[str], *, upto: Level = Level.PERSONAL) -> list[str]:
    """Those of `names` that may be shown up to a level: the one way fields are left out of what is shown.

    Names that are no fields of the model (counts, links) stay; a field nobody gave a level to does not.
    """
    fields = {field.name for field in model._meta.concrete_fields} | {f.attname for f in model._meta.concrete_fields}
    return [name for name in names if name not in fields or _allowed(model, name, upto)]


def sensitive_fields(model: type[Model]) -> list[str]:
    return [name for name, level in _levels.get(model._meta.label_lower, {}).items() if level is Level.SENSITIVE]


def _allowed(model: type[Model], name: str, upto: Level) -> bool:
    level = level_of(model, model._meta.get_field(name).name)
    return level is not None and level <= upto


@cache
def our_models() -> list[type[Model]]:
    """The models of kam's own apps, history events left out."""
    ours = []
    for config in apps.get_app_configs():
        path = Path(config.path)
        if path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts:
            ours += [model for model in config.get_models() if not hasattr(model, "pgh_tracked_model")]
    return ours


def unregistered() -> list[tuple[type[Model], str]]:
    """Fields without a level."""
    return [
        (model, field.name)
        for model in our_models()
        for field in model._meta.concrete_fields
        if level_of(model, field.name) is None
    ]


def discover() -> None:
    """Read the table of every app."""
    autodiscover_modules("personal")
