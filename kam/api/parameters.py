"""Query parameters read strictly: one that cannot be understood is refused, never guessed."""

from collections.abc import Container, Mapping

from rest_framework.exceptions import ValidationError


def refuse_unknown(parameters: Mapping[str, str], known: Container[str]) -> None:
    """A mistyped filter must not answer with everything. Raises: ValidationError naming each."""
    unknown = sorted(name for name in parameters if name not in known)
    if unknown:
        raise ValidationError({name: ["There is no such parameter."] for name in unknown}, code="unknown_parameter")


def whole_number(
    parameters: Mapping[str, str], name: str, *, low: int, high: int, default: int | None = None
) -> int | None:
    """The number that a parameter gives; `default` without it. Raises: ValidationError outside low … high."""
    text = parameters.get(name)
    if text is None:
        return default
    # isdecimal alone takes the digits of other scripts, and a long number would be costly to convert.
    digits = text.isascii() and text.isdecimal() and len(text) <= len(str(high))
    if not digits or not low <= int(text) <= high:
        raise ValidationError({name: [f"A whole number from {low} to {high}."]}, code="out_of_range")
    return int(text)


def flag(parameters: Mapping[str, str], name: str) -> bool:
    """Whether a parameter says true; false without it. Raises: ValidationError for other words."""
    text = parameters.get(name, "false")
    if text not in ("true", "false"):
        raise ValidationError({name: ["true or false."]}, code="not_boolean")
    return text == "true"
