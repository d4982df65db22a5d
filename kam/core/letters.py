"""Mail, asked for anywhere and sent elsewhere: floors below the outbox cannot know it.

Whoever writes a kind of letter registers how it reads; the outbox registers who carries it. What it says
is composed only when it is sent: nothing secret waits in a table, and what is no longer wanted is not sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Letter:
    """`body` is plain text; `html` says the same to programs that show it, and loads nothing from anywhere."""

    to: str
    subject: str
    body: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Compose = Callable[[dict[str, Any], datetime], Letter | None]  # None: no longer wanted
Carry = Callable[[str, dict[str, Any], str | None], None]
_kinds: dict[str, Compose] = {}
_carriers: list[Carry] = []


def register_letter(kind: str, compose: Compose) -> None:
    """Say how a letter of `kind` reads. `compose` gets what it is about, as JSON values."""
    _kinds[kind] = compose


def register_carrier(carry: Carry) -> None:
    """Say who carries letters; there is one."""
    _carriers[:] = [carry]


def post(kind: str, about: dict[str, Any], *, once: str | None = None) -> None:
    """Have a letter sent when the present transaction has committed; with `once` only the first time."""
    _carriers[0](kind, about, once)


def compose(kind: str, about: dict[str, Any], *, now: datetime) -> Letter | None:
    """The letter as it reads now, None where it is no longer wanted."""
    return _kinds[kind](about, now)
