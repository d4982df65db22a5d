"""Numbers as people write them: 1234.50, 1,234.50, 1.234,50 or 1 234,50. Nothing ambiguous is ever rounded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from kam.core.errors import BadInput
from kam.exchange.values import Parser, Reading, quoted

# By the sign before the decimals: how a number of such a column looks.
DECIMALS = {"": "1234.50", ".": "1,234.50", ",": "1.234,50"}
SHAPES = {
    ".": re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}([,\s'’])[0-9]{3}(?:\3[0-9]{3})*)(?:\.([0-9]+))?"),
    ",": re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}([.\s'’])[0-9]{3}(?:\3[0-9]{3})*)(?:,([0-9]+))?"),
}
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
WHOLE = re.compile(r"[+-]?[0-9]{1,15}(\.0+)?")


@dataclass(frozen=True)
class WholeNumber:
    """Parses a whole number from `least` to `most`."""

    least: int
    most: int

    def __call__(self, cell: str, reading: Reading) -> int:
        bare = _bare(cell, reading, "not_a_number")
        if not WHOLE.fullmatch(bare) or not self.least <= int(bare.partition(".")[0]) <= self.most:
            said = {"cell": quoted(cell), "least": self.least, "most": self.most}
            raise BadInput("not_a_number", _("%(cell)s is no whole number from %(least)s to %(most)s.") % said)
        return int(bare.partition(".")[0])


def money(cell: str, reading: Reading) -> Decimal:
    """An amount below a trillion, in cents at most."""
    try:
        amount = Decimal(_bare(cell, reading, "not_an_amount"))
        if not amount.is_finite() or abs(amount) >= 10**12:
            raise InvalidOperation
    except InvalidOperation as error:
        said = {"cell": quoted(cell), "example": DECIMALS[reading.decimal]}
        raise BadInput("not_an_amount", _("%(cell)s is no amount like %(example)s.") % said) from error
    if amount != round(amount, 2):
        raise BadInput("not_an_amount", _("%(cell)s has more than two decimals.") % {"cell": quoted(cell)})
    return round(amount, 2)


def may_be_grouped(parse: Parser) -> bool:
    """Whether a field holds numbers of more than three digits, so that it matters how they are written."""
    return parse is money or isinstance(parse, WholeNumber) and parse.most > 999


def guess_decimal(parse: Parser, samples: Sequence[str]) -> str:
    """The sign before the decimals that reads the most samples, "" where they are written plainly or are no numbers.

    Amounts do not have three decimals: what could be thousands is read as such.
    """
    read = {sign: sum(_reads(parse, sample, sign) for sample in samples) for sign in ("", ",", ".")}
    best = max(read, key=lambda sign: read[sign])  # the first of equals
    return best if read[best] * 2 >= len(samples) else ""


def check_decimal(given: object) -> str:
    """Raises: BadInput for what is no sign before decimals."""
    if given is None:
        return ""
    if not isinstance(given, str) or given not in SHAPES:
        detail = _("decimal is the sign before the decimals: a point or a comma.")
        raise BadInput("bad_mapping", detail, field="mapping")
    return given


def _bare(cell: str, reading: Reading, code: str) -> str:
    """The number as Python reads it; "" where it is not written as the column is said to be."""
    bare = cell.strip()
    if not reading.decimal:
        if AMBIGUOUS.fullmatch(bare):
            said = _("%(cell)s is ambiguous: say how numbers are written (“decimal”).") % {"cell": quoted(cell)}
            raise BadInput(code, said)
        return bare
    found = SHAPES[reading.decimal].fullmatch(bare)
    if not found:
        return ""
    sign, whole, _group, decimals = found.groups()
    return f"{sign}{re.sub('[^0-9]', '', whole)}.{decimals or '0'}"


def _reads(parse: Parser, sample: str, sign: str) -> bool:
    if sign and AMBIGUOUS.fullmatch(sample) and sign in sample:
        return False
    try:
        parse(sample, Reading(decimal=sign))
    except BadInput:
        return False
    return True
