"""What higher floors add to the pages that accounts owns. They register in `ready()`; accounts never imports them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import Account
from kam.people.principal import Principal


@dataclass(frozen=True)
class Panel:
    """A folding panel in the right column of the account page.

    `context(principal, account, now)` gives what `template` needs, None to leave the panel out. With `is_being_planned`
    in it the page's head says that background work is still to come, as the panel does.
    """

    key: str
    title: str | Promise
    template: str
    order: int
    context: Callable[[Principal, Account, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened, for people: `template` renders it with `entry` in its context."""

    kind: str
    id: UUID
    occurred_at: datetime
    template: str
    record: Any


@dataclass(frozen=True)
class TimelineFact:
    """The same for programs: `data` is what the API gives."""

    kind: str
    id: UUID
    occurred_at: datetime
    data: dict[str, Any]


Before = tuple[datetime, UUID] | None


@dataclass(frozen=True)
class TimelineSource:
    """`entries(principal, account, before, limit)`: those before the key (occurred_at, id), newest first.

    `facts`, called alike, reads the same for the API, which needs less of them.
    """

    kind: str
    entries: Callable[[Principal, Account, Before, int], Sequence[TimelineEntry]]
    facts: Callable[[Principal, Account, Before, int], Sequence[TimelineFact]]


@dataclass(frozen=True)
class DayLine:
    """A line of My day: what to do for which account, and why, in one sentence.

    `due_on` sorts and groups it (None: now); `state` is red, amber, green or neutral and `word` says it. Among
    lines of one state the heaviest `weight` comes first. `more` is a template with what else can be done about
    `record`, beside the one action. The action logs a call, or opens the dialog at `href` where one is given.
    `at` is the time of an appointment, None for what may be done at any time of its day. Of an account's lines of
    one state the one that `speaks_first` is shown, however light.
    """

    key: str
    account: Account
    state: str
    word: str
    sentence: str
    action: str
    due_on: date | None = None
    weight: float = 0.0
    contact: Any = None
    record: Any = None
    more: str = ""
    href: str = ""
    at: datetime | None = None
    speaks_first: bool = False


@dataclass(frozen=True)
class DaySource:
    """`lines(principal, now)` gives every line of one person's day; merged, ordered and cut by the page.

    Where words cost queries, `complete(principal, lines, now)` adds them to those lines that are shown.
    """

    key: str
    lines: Callable[[Principal, datetime], Sequence[DayLine]]
    complete: Callable[[Principal, Sequence[DayLine], datetime], Sequence[DayLine]] | None = None


@dataclass(frozen=True)
class News:
    """Something that changed at an account without its reader's doing: `state` is red, amber, green or neutral.

    `at` None: it is not known when since the last visit. `href` leads to it, else to the account.
    """

    key: str
    account: Account
    state: str
    sentence: str
    at: datetime | None = None
    href: str = ""


@dataclass(frozen=True)
class NewsSource:
    """`news(principal, accounts, since, now)`: what others did at these accounts, the latest first; one query."""

    key: str
    news: Callable[[Principal, Mapping[UUID, Account], datetime, datetime], Sequence[News]]


@dataclass(frozen=True)
class NextTouchSource:
    """`dates(principal, account_ids)` gives the day of the next planned touchpoint, by account; one query for all."""

    key: str
    dates: Callable[[Principal, Sequence[UUID]], Mapping[UUID, date]]


@dataclass(frozen=True)
class RhythmSource:
    """`periods(accounts, now)`: (owner_id, team_id, kept, all) cadence periods in 12 months; one query."""

    key: str
    periods: Callable[[QuerySet[Account], datetime], Sequence[tuple[UUID | None, UUID | None, int, int]]]


@dataclass
class Registry:
    panels: list[Panel] = field(default_factory=list)
    timeline: list[TimelineSource] = field(default_factory=list)
    day: list[DaySource] = field(default_factory=list)
    planned: list[NextTouchSource] = field(default_factory=list)
    rhythms: list[RhythmSource] = field(default_factory=list)
    news: list[NewsSource] = field(default_factory=list)

    def add(self, *entries: Panel | TimelineSource | DaySource | NextTouchSource | RhythmSource | NewsSource) -> None:
        for entry in entries:
            if isinstance(entry, Panel):
                self.panels = sorted([*self.panels, entry], key=lambda panel: panel.order)
            elif isinstance(entry, TimelineSource):
                self.timeline.append(entry)
            elif isinstance(entry, NextTouchSource):
                self.planned.append(entry)
            elif isinstance(entry, NewsSource):
                self.news.append(entry)
            elif isinstance(entry, RhythmSource):
                self.rhythms.append(entry)
            else:
                self.day.append(entry)

    def next_touches(self, principal: Principal, account_ids: Sequence[UUID]) -> dict[UUID, date]:
        """The day of the next planned touchpoint of each account that has one, whoever planned it."""
        earliest: dict[UUID, date] = {}
        for source in self.planned:
            for account_id, day in source.dates(principal, account_ids).items():
                earliest[account_id] = min(day, earliest.get(account_id, day))
        return earliest


registry = Registry()
