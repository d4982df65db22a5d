"""`changed_at` of rows that set-based SQL writes: a trigger sets it, whichever statement it was."""

from typing import Any

import pgtrigger
from django.db import models


def changed_at_column() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(db_default=models.functions.Now(), editable=False)


def stamped() -> pgtrigger.Trigger:
    """For `Meta.triggers` of a model with that column: it says when a value of the row last changed."""
    return pgtrigger.Trigger(
        name="stamp",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(),
        func="NEW.changed_at = clock_timestamp(); RETURN NEW;",
    )
