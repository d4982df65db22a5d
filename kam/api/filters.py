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


class ListFilters(filters.FilterSet):
    """The filters of a list. Only those whose parameters were sent are made: a form of them all, made anew for
    every request, took a quarter of the time of a page of fifty rows.
    """

    base_filters: dict[str, filters.Filter]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.base_filters = {name: one for name, one in type(self).base_filters.items() if name in (data or ())}
        super().__init__(data, *args, **kwargs)


class DayFilter(filters.DateFilter):
    """A date like 2026-09-30."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[sensible], **kwargs)


class MomentFilter(filters.IsoDateTimeFilter):
    """An instant like 2026-09-30T12:00:00Z."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[sensible], **kwargs)
