"""Rules of the house that import-linter cannot see: relations between tables."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from accounts.models import Account
from accounts.scoped import AccountScoped, ScopedManager

FLOORS = [
    ["core"],
    ["people"],
    ["audit", "outbox"],
    ["exchange", "api"],
    ["accounts"],
    ["touchpoints"],
    ["feedback"],
    ["journeys"],
]
FLOOR_OF = {label: floor for floor, labels in enumerate(FLOORS) for label in labels}
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in FLOOR_OF]


def relations(model: type[models.Model]) -> Iterator[models.Field]:
    for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
        if field.is_relation and field.related_model:
            yield field


def is_scoped(model: type[models.Model]) -> bool:
    return issubclass(model, AccountScoped) or model is Account


def is_history_of_scoped(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model") and is_scoped(model.pgh_tracked_model)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_relation_points_up_no_floor(model: type[models.Model]) -> None:
    own = FLOOR_OF[model._meta.app_label]
    up = [f.name for f in relations(model) if FLOOR_OF.get(f.related_model._meta.app_label, -1) > own]
    assert up == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_scoped_rows_are_not_reached_backwards_from_unscoped_ones(model: type[models.Model]) -> None:
    """`User.objects.values("touchpoint__subject")` would leak past the guard."""
    if not (is_scoped(model) or is_history_of_scoped(model)):
        return
    open_doors = [
        field.name for field in relations(model) if not is_scoped(field.related_model) and not field.remote_field.hidden
    ]
    assert open_doors == []


def test_account_is_not_reached_backwards_from_an_account() -> None:
    assert [
        f.name for f in relations(Account) if f.related_model is Account and f.remote_field.related_name != "+"
    ] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_scoped_model_is_read_through_the_guard_only(model: type[models.Model]) -> None:
    if not (is_scoped(model) or is_history_of_scoped(model)):
        return
    assert [m.name for m in model._meta.managers if not isinstance(m, ScopedManager)] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_row_with_an_account_is_scoped(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.get_fields()}
    if "account" in names and not hasattr(model, "pgh_tracked_model"):
        assert is_scoped(model)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_model_has_a_default_ordering_or_a_generic_relation(model: type[models.Model]) -> None:
    assert not model._meta.ordering
    assert [f.name for f in model._meta.private_fields] == []
