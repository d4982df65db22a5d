"""What a form says of a number that does not fit: our own words instead of the framework's."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

TOO_LONG = _("This number has too many digits.")
PLACES = ngettext_lazy(
    "Write at most %(max)s digit after the point.", "Write at most %(max)s digits after the point.", "max"
)


class _Digits(DecimalValidator):
    messages: dict[str, Any] = {  # noqa: RUF012  # as the base has it
        "invalid": _("Write a number in digits."),
        "max_digits": TOO_LONG,
        "max_decimal_places": PLACES,
        "max_whole_digits": TOO_LONG,
    }


def speak_plainly(fields: Iterable[forms.Field]) -> None:
    """Give every number among `fields` its sentences; its limits stay as they are."""
    for field in fields:
        if isinstance(field, forms.IntegerField):  # a decimal is one, too
            field.error_messages["invalid"] = _("Write a number in digits.")
            field.validators = [_plain(validator) for validator in field.validators]


def _plain(validator: Any) -> Any:
    """The validators of a model's field are shared by all of its forms: they are replaced, not changed."""
    if isinstance(validator, MaxValueValidator):
        return MaxValueValidator(validator.limit_value, _("At most %(limit_value)s."))
    if isinstance(validator, MinValueValidator):
        return MinValueValidator(validator.limit_value, _("At least %(limit_value)s."))
    if isinstance(validator, DecimalValidator):
        return _Digits(validator.max_digits, validator.decimal_places)
    return validator
