"""The one rounding rule, half away from zero, as PostgreSQL's round(numeric) does it."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache


def round_half_away(value: float | Decimal, digits: int = 0) -> Decimal:
    """`value` rounded to `digits` decimals, 62.5 to 63 and -62.5 to -63 (Python's round gives 62).

    A float counts with 15 significant digits, as PostgreSQL casts float8 to numeric: 62.49999999999999
    is the noise of an addition, and 62.5 on both sides.
    """
    exact = Decimal(f"{value:.15g}" if isinstance(value, float) else value)
    return exact.quantize(_unit(digits), rounding=ROUND_HALF_UP)


@cache
def _unit(digits: int) -> Decimal:
    """The smallest step that is left; a page rounds hundreds of times to one of two."""
    return Decimal(1).scaleb(-digits)
