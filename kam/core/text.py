"""What text and JSON may be let in, as pure functions.

Refused in text: NUL (PostgreSQL cannot store it), lone surrogates (no encoding can), and bidirectional
overrides and isolates (they make a line read as something else). Direction marks and joiners, which
Arabic, Hebrew, Persian and emoji need, pass.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from kam.core.errors import BadInput

MAX_DEPTH = 32
MAX_KEYS = 200
FORBIDDEN = re.compile("[\x00\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# A string always matches as a whole, terminated or not, so the search never goes back: linear time.
STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
ALIKE = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
Entry = tuple[Any, "str | int | None", "Any | None"]  # a value, its key or index, the entry it lies in


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
    if b"\\u" in data or FORBIDDEN.search(text):
        _refuse_forbidden(document)
    return document


def _too_deep(data: bytes) -> bool:
    """Counts levels by taking away the innermost pairs, 32 times; no recursion, no loop over characters."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return False
    brackets = STRINGS.sub(b"", data).translate(ALIKE, NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    opened, closed = brackets.count(b"["), brackets.count(b"]")
    # A few that match nothing are a typing error, for the parser to name.
    return opened > MAX_DEPTH or opened == closed > 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise BadInput("too_many_keys", f"A JSON object may have at most {MAX_KEYS} keys.")
    result = dict(pairs)
    if len(result) < len(pairs):
        raise BadInput("duplicate_key", "A JSON object names the same key twice.")
    return result


def _int(literal: str) -> int:
    # Length first: turning a long literal into a number takes more than linear time.
    if len(literal) <= 20 and -(2**63) <= (number := int(literal)) < 2**63:
        return number
    raise BadInput("number_out_of_range", "A whole number needs more than 64 bits.")


def _float(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise BadInput("number_out_of_range", "A number is too large.")
    return number


def _constant(literal: str) -> None:
    raise BadInput("invalid_json", f"{literal} is not JSON.")


def _refuse_forbidden(document: Any) -> None:
    """Look at every key and string, without recursion; the way to one is put together only if needed."""
    waiting: list[Entry] = [([document], None, None)]
    while waiting:
        entry = waiting.pop()
        for key, item in _items(entry[0]):
            if isinstance(key, str) and FORBIDDEN.search(key):
                check_text(key, field=_pointer(entry))
            if isinstance(item, str):
                if FORBIDDEN.search(item):
                    check_text(item, field=_pointer((item, key, entry)))
            elif item and isinstance(item, list | dict):
                waiting.append((item, key, entry))


def _items(value: list[Any] | dict[str, Any]) -> Iterable[tuple[str | int, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _pointer(entry: Entry) -> str:
    parts: list[str] = []
    while entry[2] is not None:
        parts.append("/" + str(entry[1]).replace("~", "~0").replace("/", "~1"))
        entry = entry[2]
    return "".join(reversed(parts[:-1]))  # the outermost is the list we put around the document
