"""From the text of a cell to a value. Pure; a ValueError of ours carries a code and a sentence."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kam.core.bounds import check_date
from kam.core.errors import BadInput

DIRECTIVES = re.compile(r"%(.?)", re.DOTALL)
KNOWN_DIRECTIVES = frozenset("aAbBdHIjmMpSfyYzZGuVUWw%")
ZONE = ZoneInfo("UTC")
EXAMPLE = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    """How a column is written.

    Dates: a strptime `format` (None: ISO 8601) and the zone of bare times. Numbers: the sign before the decimals
    ("": a point, and nothing between thousands).
    """

    format: str | None = None
    zone: ZoneInfo = ZONE
    decimal: str = ""


Parser = Callable[[str, Reading], Any]


def text(max_length: int) -> Parser:
    """Kept as it stands, outer spaces included; only spaces are nothing."""

    def parse(cell: str, reading: Reading) -> str:
        if not cell.strip():
            return ""
        if len(cell) > max_length:
            raise BadInput("too_long", _("At most %(number)s characters.") % {"number": max_length})
        return cell

    return parse


def label(max_length: int) -> Parser:
    """A name or key: spaces inside and around it do not count."""
    whole = text(max_length)

    def parse(cell: str, reading: Reading) -> str:
        return whole(" ".join(cell.split()), reading)

    return parse


def choice(values: Sequence[str]) -> Parser:
    """One of `values`, whatever the case."""
    known = {value.casefold(): value for value in values if value}

    def parse(cell: str, reading: Reading) -> str:
        found = known.get("_".join(cell.split()).casefold())
        if found is None:
            said = {"cell": quoted(cell), "words": ", ".join(known.values())}
            raise BadInput("unknown_choice", _("%(cell)s is none of %(words)s.") % said)
        return found

    return parse


def yes_or_no(cell: str, reading: Reading) -> bool:
    """Yes, true or 1; no, false or 0."""
    said = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(cell.strip().casefold())
    if said is None:
        raise BadInput("unknown_choice", _("%(cell)s is neither yes nor no.") % {"cell": quoted(cell)})
    return said


def our_id(cell: str, reading: Reading) -> str:
    """An id as our exports write it."""
    try:
        return str(UUID(cell.strip()))
    except ValueError as error:
        raise BadInput("not_an_id", _("%(cell)s is no id of ours.") % {"cell": quoted(cell)}) from error


def instant(cell: str, reading: Reading) -> datetime:
    """A moment, in UTC. Without a time of day it is midnight, without a zone that of the column."""
    moment = _moment(cell.strip(), reading)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=reading.zone)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise BadInput("date_out_of_range", _("Dates must lie between 1900 and 2200.")) from error
    check_date(moment)
    return moment


def day(cell: str, reading: Reading) -> date:
    """A calendar day; a time of day beside it is left out."""
    found = _moment(cell.strip(), reading).date()
    check_date(found)
    return found


def _moment(cell: str, reading: Reading) -> datetime:
    try:
        return datetime.strptime(cell, reading.format) if reading.format else datetime.fromisoformat(cell)  # noqa: DTZ007
    except ValueError as error:
        said = {"cell": quoted(cell), "example": _example(reading)}
        raise BadInput("not_a_date", _("%(cell)s does not read as a date like %(example)s.") % said) from error


def example_of(pattern: str) -> str:
    """A date written by a strptime pattern."""
    return EXAMPLE.strftime(pattern)


def _example(reading: Reading) -> str:
    return f"“{example_of(reading.format)}”" if reading.format else _("2026-11-22 or 2026-11-22T09:30+01:00")


def check_format(pattern: str) -> None:
    """Raises: BadInput for a strptime pattern with a directive it does not know."""
    unknown = [directive for directive in DIRECTIVES.findall(pattern) if directive not in KNOWN_DIRECTIVES]
    if unknown or "%" not in pattern:
        said = {"pattern": quoted(pattern), "example": "%d.%m.%Y %H:%M"}
        raise BadInput("bad_format", _("%(pattern)s is no date format like %(example)s.") % said, field="mapping")


def quoted(cell: str) -> str:
    return f"“{cell if len(cell) <= 80 else cell[:79] + '…'}”"
