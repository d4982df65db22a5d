"""What text and JSON may be let in, as pure functions.

Refused in text: NUL (PostgreSQL cannot store it), lone surrogates (no encoding can), and bidirectional
overrides and isolates (they make a line read as something else). Direction marks and joiners, which
Arabic, Hebrew, Persian and emoji need, pass.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from kam.core.errors import BadInput

MAX_DEPTH = 32
MAX_KEYS = 200
FORBIDDEN = re.compile("[\x00\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# A string always matches as a whole, terminated or not, so the scan never goes back: linear time.
TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
INT64 = range(-(2**63), 2**63)


def find_forbidden(text: str) -> str | None:
    """The first character that may not come in, as "U+202E", or None."""
    found = FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def check_text(text: str, *, field: str | None = None) -> None:
    """Raises: BadInput where `text` holds a forbidden character."""
    found = find_forbidden(text)
    if found:
        raise BadInput("forbidden_character", f"The character {found} is not allowed.", field=field)


def check_json(data: bytes) -> Any:
    """The parsed document, once it is known to be harmless.

    Harmless is: UTF-8, at most 32 levels deep, at most 200 distinct keys in an object, finite numbers
    within 64 bits, no forbidden characters, written out or escaped. Raises: BadInput, whose `field` is a
    JSON pointer where a value is at fault.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("invalid_encoding", "The body is not valid UTF-8.") from error
    if _too_deep(data):
        raise BadInput("too_deep", f"JSON may be nested at most {MAX_DEPTH} levels deep.")
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise BadInput("invalid_json", f"The body is not valid JSON: {error}.") from error
    for pointer, string in _strings(document):
        check_text(string, field=pointer)
    return document


def _too_deep(data: bytes) -> bool:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in TOKENS.finditer(data):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise BadInput("too_many_keys", f"A JSON object may have at most {MAX_KEYS} keys.")
    result = dict(pairs)
    if len(result) < len(pairs):
        raise BadInput("duplicate_key", "A JSON object names the same key twice.")
    return result


def _int(literal: str) -> int:
    if len(literal) > 20 or int(literal) not in INT64:
        raise BadInput("number_out_of_range", "A whole number needs more than 64 bits.")
    return int(literal)


def _float(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise BadInput("number_out_of_range", "A number is too large.")
    return number


def _constant(literal: str) -> None:
    raise BadInput("invalid_json", f"{literal} is not JSON.")


def _strings(document: Any) -> Iterator[tuple[str, str]]:
    """Every key and string value with its JSON pointer, without recursion."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield _pointer(path), value
        elif isinstance(value, list):
            waiting.extend(((*path, str(index)), item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                yield _pointer(path), key
                waiting.append(((*path, key), item))


def _pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
