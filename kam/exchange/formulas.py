"""Cells that a spreadsheet would run as a formula: neutralised on the way out, restored on the way in.

A cell is dangerous when, after apostrophes and spaces, it begins with = + - @ (fullwidth forms too), tab
or carriage return. Export puts one apostrophe before it, import takes one away; apostrophes that were
there before count as part of the cell, so every text comes back byte for byte.
"""

import re

DANGEROUS = re.compile(r"'*(?:[\t\r]|[ \u00a0\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def neutralise(cell: str) -> str:
    return f"'{cell}" if DANGEROUS.match(cell) else cell


def restore(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and DANGEROUS.match(cell) else cell
