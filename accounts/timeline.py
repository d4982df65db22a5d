"""What happened with an account: the sources of every floor merged into one list, newest first."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from accounts.models import Account
from accounts.registry import TimelineEntry, TimelineFact, registry
from kam.core.errors import BadInput
from kam.people.principal import Principal

Key = tuple[datetime, UUID]
Happened = TypeVar("Happened", TimelineEntry, TimelineFact)
PER_PAGE = 30


@dataclass(frozen=True)
class TimelineDay:
    """The entries of one day in the reader's zone; `continued`: the page before ended within it."""

    day: date
    continued: bool
    entries: list[TimelineEntry]


@dataclass(frozen=True)
class Timeline:
    """A page of the timeline; `older` is the cursor of the next one (None: this is the end)."""

    entries: list[TimelineEntry]
    older: str | None
    before: Key | None

    @property
    def days(self) -> list[TimelineDay]:
        last = _day(self.before[0]) if self.before else None
        grouped = groupby(self.entries, key=lambda entry: _day(entry.occurred_at))
        return [TimelineDay(day, day == last, list(entries)) for day, entries in grouped]


def account_timeline(
    principal: Principal,
    account: Account,
    *,
    before: Key | None = None,
    limit: int = PER_PAGE,
    kinds: Iterable[str] | None = None,
) -> Timeline:
    """Entries before the key (occurred_at, id), of the given kinds (None: all)."""
    wanted = None if kinds is None else set(kinds)
    sources = [source for source in registry.timeline if wanted is None or source.kind in wanted]
    found = [entry for source in sources for entry in source.entries(principal, account, before, limit + 1)]
    return Timeline(*_newest(found, limit), before)


def timeline_facts(
    principal: Principal, account: Account, *, before: Key | None, limit: int
) -> tuple[list[TimelineFact], str | None]:
    """The same of every kind for a program: a page of facts and the cursor of the next one."""
    sources = registry.timeline
    return _newest([fact for one in sources for fact in one.facts(principal, account, before, limit + 1)], limit)


def timeline_kinds() -> list[str]:
    return [source.kind for source in registry.timeline]


def cursor_of(entry: TimelineEntry | TimelineFact) -> str:
    return base64.urlsafe_b64encode(f"{entry.occurred_at.isoformat()}~{entry.id}".encode()).decode().rstrip("=")


def parse_cursor(text: str) -> Key:
    """The key in a cursor. Raises: BadInput for anything `cursor_of` did not write."""
    try:
        known = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        moment, _, entry_id = known.partition("~")
        key = datetime.fromisoformat(moment), UUID(entry_id)
    except ValueError as error:
        raise BadInput("bad_cursor", "This cursor is not one of this timeline's.", field="before") from error
    if timezone.is_naive(key[0]) or not 1900 <= key[0].year < 2200:
        raise BadInput("bad_cursor", "This cursor is not one of this timeline's.", field="before")
    return key


def _newest(found: list[Happened], limit: int) -> tuple[list[Happened], str | None]:
    """The newest of all sources in order, and where the next page begins."""
    found.sort(key=_key, reverse=True)
    return found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else None


def _key(entry: TimelineEntry | TimelineFact) -> Key:
    return entry.occurred_at, entry.id


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
