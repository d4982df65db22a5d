"""Representatives of every class of bad input, by what a field takes. One list, used through every door."""

from typing import Any

from rest_framework import serializers

from kam.api.fields import VisibleIdField, VisibleIdsField

MISSING = "01890000-0000-7000-8000-000000000000"
FORBIDDEN = ["\x00", "a\ud800b", "\udfff", "x\u202ay", "\u202e", "\u2066", "tail\u2069"]
ADMITTED = [
    "plain",
    " spaces kept ",
    "' OR 1=1 --",
    "%_\\",
    "<script>alert(1)</script>",
    "{{ 7*7 }} {% debug %}",
    "=HYPERLINK()",
    "Ω≈ç√∫ 田中さん 👩‍👩‍👦 ﷽ \u200e\u200f\u061c\u200d\u200c",
    "tab\tline\r\nend",
    "\ufeff\ufffd\uffff\U0010ffff",
]
NO_DATES = ["1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "0000-00-00", "x", 17, [], {}, True]
NO_MOMENTS = [
    "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:99", "x", 17, [], {},
]  # fmt: skip
NO_WHOLE_NUMBERS = ["x", "1.5", 1.5, 2**31, 2**62, -(2**62), "9" * 2000, "NaN", [], {}, True]
NO_AMOUNTS = ["x", "NaN", "Infinity", "1e400", "9" * 2000, "99999999999999.99", "1.001", [], {}]
NO_IDS = ["", "x", 17, "0" * 4000, "{}", [], {}, True, MISSING]


def bad_values(field: Any) -> list[Any]:
    """What a serializer field must refuse with 400."""
    if isinstance(field, VisibleIdField):
        return NO_IDS
    if isinstance(field, VisibleIdsField):
        return ["x", {}, 17, [[]], ["x"], [MISSING], [MISSING] * 201, [None]]
    if isinstance(field, serializers.ListField):
        wrong = "x" * 5000 if type(field.child) is serializers.CharField else "nonsense"
        return ["x", {}, 17, [wrong], [[]], [None], ["x"] * 1000]
    if isinstance(field, serializers.DictField):
        return ["x", [], 17, {"nonsense": "x"}, {"search": []}, {"search": "x" * 201}]
    if isinstance(field, serializers.Serializer):
        return ["x", [], 17, {}, {"source": "x"}, {"source": [], "external_id": "x"}, {"nonsense": 1}]
    if isinstance(field, serializers.ChoiceField | serializers.SlugRelatedField):
        return ["nonsense", "x" * 5000, 17, [], {}, [[]], True]
    if isinstance(field, serializers.BooleanField):
        return ["nonsense", 17, [], {}]
    if isinstance(field, serializers.DateTimeField):
        return NO_MOMENTS
    if isinstance(field, serializers.DateField):
        return NO_DATES
    if isinstance(field, serializers.IntegerField):
        return NO_WHOLE_NUMBERS
    if isinstance(field, serializers.DecimalField):
        return NO_AMOUNTS
    if isinstance(field, serializers.EmailField):
        return ["x", "@", "a@b", "x" * 300 + "@kam.example", [], {}, True]
    if isinstance(field, serializers.RegexField):
        return ["eur", "EURO", "ЕUR", [], {}, True]
    if isinstance(field, serializers.CharField):
        return ["x" * (field.max_length + 1), [], {}, ["x"], True]
    raise AssertionError(f"Say in tests/badinput/values.py what {type(field).__name__} must refuse.")


def is_free_text(field: Any) -> bool:
    return type(field) in (serializers.CharField, *serializers.CharField.__subclasses__()) and not isinstance(
        field, serializers.EmailField | serializers.RegexField | serializers.SlugField | serializers.URLField
        | serializers.UUIDField | serializers.IPAddressField
    )  # fmt: skip


def naughty_strings() -> list[str]:
    """Every class of this list that any store of text has stumbled over."""
    return [*ADMITTED, *FORBIDDEN, "", "0", "null", "undefined", "1e1000", "../../etc/passwd", "$(touch /tmp/x)",
            "\u200b", "\u2028\u2029", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "﷽" * 40, "a" * 300, "\u00a0 \u3000", "\x1b[2J", "\x7f\x80"]  # fmt: skip
