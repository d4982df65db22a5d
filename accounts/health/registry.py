"""The signals that make up an account's health: each app registers its own in `ready()`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from accounts.models import Account

KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Ref:
    """Where a record is found: its kind ("touchpoint") and id."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Evidence:
    """A record behind a reading. `value` is what it says by itself (0–100), `share` what it adds to the reading.

    `facts` are the codes and numbers that the signal's words need beside it, so that no second query is.
    """

    occurred_at: datetime
    label: str
    value: float
    share: float
    ref: Ref
    facts: Mapping[str, Any] = field(default_factory=dict)


def as_named(label: str, facts: Mapping[str, Any]) -> str:
    """The caption of a record that is called by its own name."""
    return label


@dataclass(frozen=True)
class Signal:
    """One aspect of health.

    `reading_sql` selects (account_id, reading float8 0–100) and joins `health_scope USING (account_id)`;
    its only parameter is %(as_of)s. At most one row per account; no row means no evidence.

    `evidence_sql` selects the records behind the reading of the one account in `health_scope`, in the columns
    (occurred_at, label, value float8, share float8, kind, id, facts jsonb); the same parameter. The shares
    add up to the reading within 0.1. SQL gives codes, `caption(label, facts)` makes words of them.

    `sentence(account, evidence, now)` says the reason in words, also where there is no evidence.
    """

    key: str
    label: str | Promise
    default_weight: float
    reading_sql: str
    evidence_sql: str
    sentence: Callable[[Account, Sequence[Evidence], datetime], str]
    caption: Callable[[str, Mapping[str, Any]], str] = as_named

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no signal key: it becomes part of SQL text")
        if self.default_weight < 0:
            raise ValueError(f"{self.key}: a weight is never negative")


_signals: dict[str, Signal] = {}


def register(signal: Signal) -> None:
    """Add a signal to health. Registering the same one again is harmless, another under its key is a mistake."""
    if _signals.setdefault(signal.key, signal) != signal:
        raise ValueError(f"a signal {signal.key!r} is registered already")


def signals() -> tuple[Signal, ...]:
    """Every registered signal, in the order of registration."""
    return tuple(_signals.values())
