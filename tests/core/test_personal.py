"""Every field of ours has a level, and what is sensitive is in nothing that shows fields."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.forms import ModelForm

from accounts.models import Account, Contact
from kam.api.views import ScopedViewSet
from kam.core import personal
from kam.core.checks import every_field_has_a_level
from kam.core.personal import Level, level_of, our_models, readable, sensitive_fields, unregistered
from kam.people.models import ApiToken, User


def test_every_field_of_ours_has_a_level() -> None:
    assert [f"{model._meta.label}.{field}" for model, field in unregistered()] == []
    assert {"accounts", "touchpoints", "people", "exchange", "outbox", "api"} <= {
        m._meta.app_label for m in our_models()
    }


def test_a_field_without_a_level_is_named_at_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = {**personal._levels, "accounts.contact": {"first_name": Level.PERSONAL}}
    monkeypatch.setattr(personal, "_levels", levels)
    found = {error.msg for error in every_field_has_a_level()}
    assert "accounts.Contact.email has no level." in found
    assert {error.id for error in every_field_has_a_level()} == {"kam.W002"}


def test_tables_name_no_field_that_is_gone() -> None:
    gone = []
    for label, fields in personal._levels.items():
        model = apps.get_model(label)
        known = {field.name for field in model._meta.concrete_fields}
        gone += [f"{label}.{name}" for name in fields if name not in known]
    assert gone == []


def test_readable_leaves_out_what_is_above_the_level() -> None:
    names = ["first_name", "stance", "account_id", "touchpoint_count", "private_notes", "version"]
    assert readable(Contact, names) == ["first_name", "account_id", "touchpoint_count", "version"]
    assert readable(Contact, names, upto=Level.SENSITIVE) == names
    assert readable(Contact, names, upto=Level.INTERNAL) == ["account_id", "touchpoint_count", "version"]
    assert level_of(Account, "name") is Level.INTERNAL
    assert readable(User, ["email", "password"], upto=Level.SENSITIVE) == ["email"]
    assert readable(ApiToken, ["prefix", "digest"], upto=Level.SENSITIVE) == ["prefix"]
    assert level_of(Contact.pgh_event_model, "email") is Level.PERSONAL


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


SENSITIVE = [(model, name) for model in our_models() for name in sensitive_fields(model)]


@pytest.mark.parametrize(("model", "name"), SENSITIVE, ids=lambda value: getattr(value, "__name__", value))
def test_a_sensitive_field_is_in_no_list_filter_order_form_history_or_index(
    model: type[models.Model], name: str
) -> None:
    shows = []
    for viewset in subclasses(ScopedViewSet):
        if getattr(getattr(viewset, "serializer_class", None), "__module__", "").startswith("kam.api"):
            continue
        filters = getattr(getattr(viewset, "filterset_class", None), "base_filters", {})
        ordered = {column.lstrip("-") for columns in viewset.orderings.values() for column in columns}
        fields = viewset.serializer_class().fields if viewset.serializer_class else {}
        shows += [viewset.__name__ for names in (filters, ordered, fields, viewset.row_fields) if name in names]
    shows += [form.__name__ for form in subclasses(ModelForm) if name in getattr(form, "base_fields", {})]
    event = getattr(model, "pgh_event_model", None)
    shows += ["history"] if event and name in {field.name for field in event._meta.concrete_fields} else []
    assert shows == []
    assert all(name not in (index.fields or []) for index in model._meta.indexes)
