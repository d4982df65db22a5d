"""Keysets over several tables that are read as one list, the newest first.

A row's key is its moment, the place of its table in the list of tables, and its number there.
"""

from datetime import datetime

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from kam.core.errors import BadInput

Key = tuple[datetime, int, int]


def encode(key: Key) -> str:
    return f"{key[0].isoformat()}~{key[1]}~{key[2]}"


def decode(text: str, *, field: str) -> Key:
    """Raises: BadInput for what no `encode` wrote."""
    moment, _sep, rest = text.partition("~")
    place, _sep, number = rest.partition("~")
    digits = place.isascii() and place.isdigit() and number.isascii() and number.isdigit() and len(rest) < 20
    try:
        at = parse_datetime(moment) if digits else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1900 <= at.year < 2200:
        raise BadInput("bad_cursor", "This cursor is not one of this list's.", field=field)
    return at, int(place), int(number)


def beyond(key: Key, place: int, *, at: str = "pgh_created_at", number: str = "pgh_id") -> Q:
    """The rows of the table at `place` that come after the key; `at` and `number` name its columns."""
    moment, last_place, last = key
    same = Q(**{f"{number}__lt": last}) if place == last_place else Q(pk__isnull=place <= last_place)
    # The first condition is implied by the rest, but lets PostgreSQL start in the middle of the index.
    return Q(**{f"{at}__lte": moment}) & (Q(**{f"{at}__lt": moment}) | Q(**{at: moment}) & same)
