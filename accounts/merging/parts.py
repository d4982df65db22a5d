"""What floors above must do when accounts become one, or two again. They register in `ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Counted:
    """A table whose rows are told of before they move: `words(number)`."""

    table: str
    words: Callable[[int], str]


@dataclass(frozen=True)
class Part:
    """`stand_down(absorbed_id, now)` runs before its rows move: what there can be one of must not meet the survivor's.

    `part(survivor_id, absorbed_id)` runs after rows went back: what ties rows of both together is undone.
    `settle(account_ids, now)` brings what follows from the rows in line, after either. All hold the locks.
    `follows(account_id, now)`: table → rows that `settle` may delete, as they can be put back before it runs again.
    """

    key: str
    stand_down: Callable[[UUID, datetime], None]
    part: Callable[[UUID, UUID], None]
    settle: Callable[[Sequence[UUID], datetime], None]
    follows: Callable[[UUID, datetime], Rows]
    counted: Sequence[Counted] = ()
    counted_of_contacts: Sequence[Counted] = ()


_parts: list[Part] = []


def register(part: Part) -> None:
    _parts.append(part)


def parts() -> Sequence[Part]:
    return tuple(_parts)
