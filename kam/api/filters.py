"""Filters by date and moment that take what could be stored, and refuse the rest."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters

from kam.core.bounds import check_date
from kam.core.errors import BadInput


def sensible(value: date) -> None:
    """Validator of form fields. Raises: ValidationError outside 1900 … 2199."""
    try:
        check_date(value)
    except BadInput as error:
        raise ValidationError(error.detail, code=error.code) from error


class DayFilter(filters.DateFilter):
    """A date like 2026-09-30."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[sensible], **kwargs)


class MomentFilter(filters.IsoDateTimeFilter):
    """An instant like 2026-09-30T12:00:00Z."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[sensible], **kwargs)
