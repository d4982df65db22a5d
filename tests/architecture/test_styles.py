"""A class means one thing: all style sheets are in one bundle, so what two of them begin by the same name collides."""

import re
from collections import defaultdict
from pathlib import Path

SHEETS = Path(__file__).resolve().parents[2] / "static" / "css"
BLOCK = re.compile(r"^\.([a-z0-9-]+) \{", re.MULTILINE)  # at the margin: not the same class for another medium


def test_no_class_is_begun_in_two_style_sheets() -> None:
    begun = defaultdict(set)
    for sheet in SHEETS.glob("*.css"):
        for name in BLOCK.findall(sheet.read_text()):
            begun[name].add(sheet.name)
    assert len(begun) > 100
    assert {name: sheets for name, sheets in begun.items() if len(sheets) > 1} == {}
