"""What text and JSON come in, on the pure functions themselves."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from kam.core.bounds import check_date, known_zone
from kam.core.errors import BadInput
from kam.core.text import check_json, find_forbidden

BLNS = Path(__file__).resolve().parents[3] / "shared/data/robust/blns.json"
OWN_STRINGS = [
    ("", None),
    ("plain", None),
    ("' OR 1=1 --", None),
    ("<script>alert(1)</script>", None),
    ("=HYPERLINK()", None),
    ("Ω≈ç√∫ 田中さん 👩‍👩‍👦 ﷽ \u200e\u200f\u061c\u200d\u200c", None),
    ("tab\tline\r\nend", None),
    ("\ufeff\ufffd\uffff\U0010ffff", None),
    ("\x00", "U+0000"),
    ("a\ud800b", "U+D800"),
    ("\udfff", "U+DFFF"),
    ("x\u202ay", "U+202A"),
    ("\u202e", "U+202E"),
    ("\u2066", "U+2066"),
    ("\u2069", "U+2069"),
]


def plainly_forbidden(text: str) -> bool:
    """The rule again, without a regular expression."""
    return any(
        code == 0 or 0xD800 <= code <= 0xDFFF or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
        for code in map(ord, text)
    )


@pytest.mark.parametrize(("text", "found"), OWN_STRINGS)
def test_find_forbidden_names_the_character(text, found):
    assert find_forbidden(text) == found
    assert plainly_forbidden(text) == (found is not None)


@pytest.mark.skipif(not BLNS.exists(), reason=f"{BLNS} is not here; its twin over our own list ran")
def test_find_forbidden_over_the_list_of_naughty_strings():
    naughty = json.loads(BLNS.read_text())
    refused = [text for text in naughty if find_forbidden(text)]
    assert refused == [text for text in naughty if plainly_forbidden(text)]
    assert (len(naughty), len(refused)) == (515, 7)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": "\\u0000"}', "forbidden_character"),
        (b'{"\\u202e": 1}', "forbidden_character"),
        (b'["\\ud800"]', "forbidden_character"),
        (b'"\\u2066"', "forbidden_character"),
        ('{"a": ["x\u202e"]}'.encode(), "forbidden_character"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "duplicate_key"),
        (b"NaN", "invalid_json"),
        (b"[Infinity]", "invalid_json"),
        (b'{"a": -Infinity}', "invalid_json"),
        (b"1" * 5000, "number_out_of_range"),
        (b"[9223372036854775808]", "number_out_of_range"),
        (b"-9223372036854775809", "number_out_of_range"),
        (b"1e999", "number_out_of_range"),
        (b"-1e999", "number_out_of_range"),
        (b"\xff", "invalid_encoding"),
        (b'"\xed\xa0\x80"', "invalid_encoding"),
        ('{"a": "é"}'.encode("utf-16"), "invalid_encoding"),
        ('{"a": 1}'.encode("utf-16-le"), "invalid_json"),
        (b"\xef\xbb\xbf{}", "invalid_json"),
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"a": 1} x', "invalid_json"),
        (b'"raw \x00"', "invalid_json"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b"[" + b"[]," * 40 + b"[" * 32 + b"]" * 33, "too_deep"),
        (b"[" + b"[{}]," * 40, "invalid_json"),
        (b"[]" * 40, "invalid_json"),
        (b"]" * 40 + b"[" * 40, "too_deep"),
        (b"[}" * 40, "invalid_json"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b"[" * 1_000_000, "too_deep"),
        (b'["\\""' + b",[" * 40, "too_deep"),
        (b'"' + b"[" * 100, "invalid_json"),
        (json.dumps({str(n): n for n in range(201)}).encode(), "too_many_keys"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else value,
)
def test_check_json_refuses(data, code):
    with pytest.raises(BadInput) as refusal:
        check_json(data)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


@pytest.mark.parametrize(
    "document",
    [
        None,
        0,
        -(2**63),
        2**63 - 1,
        1.5,
        "x" * 100_000,
        {str(n): n for n in range(200)},
        [[]] * 1000,
        ["[" * 100, '\\"[[[' * 20, "\\"],
        *[text for text, found in OWN_STRINGS if not found],
    ],
    ids=lambda value: repr(value)[:24],
)
def test_check_json_returns_what_it_admits_unchanged(document):
    assert check_json(json.dumps(document).encode()) == document
    assert check_json(json.dumps(document, ensure_ascii=False).encode()) == document


def test_check_json_admits_exactly_32_levels():
    assert check_json(b"[" * 32 + b"]" * 32)


def test_check_json_points_at_the_string():
    with pytest.raises(BadInput) as refusal:
        check_json(b'{"items": [1, {"a/b~c": "\\u0000"}]}')
    assert refusal.value.field == "/items/1/a~1b~0c"


@pytest.mark.parametrize("piece", [b"[]", b'"\\"', b'"', b"\\", b"{", b'["'])
def test_check_json_is_linear(piece):
    started = time.process_time()  # of ours alone, whatever else the machine does
    with pytest.raises(BadInput):
        check_json(b'"' + b"[" * 40 + b'"' + piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 0.5


def test_dates_outside_1900_to_2200_are_bad_input():
    check_date(date(1900, 1, 1))
    check_date(date(2199, 12, 31))
    for value in (date(1899, 12, 31), date(2200, 1, 1), date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(BadInput):
            check_date(value)


def test_unknown_zones_are_bad_input():
    assert known_zone("Europe/Rome").key == "Europe/Rome"
    for name in ("", "Europe", "Mars/Base", "../../etc/passwd", "/etc/localtime", "europe/rome", "\x00"):
        with pytest.raises(BadInput):
            known_zone(name)
