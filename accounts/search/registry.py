"""What search everywhere asks, and what it gets. Higher floors register their sources in `ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from kam.core.matching import PART, Sought
from kam.people.principal import Principal


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `score` is matching.py's; what is one's own stands a little higher (`MINE`).

    `id` and `account_id` are None for pages and actions; `at` is when it happened, where it did. `in_dialog`: it
    opens over the page one is on.
    """

    kind: str
    title: str
    url: str
    score: float
    id: UUID | None = None
    account_id: UUID | None = None
    subtitle: str = ""
    icon: str = ""
    at: datetime | None = None
    in_dialog: bool = False


MINE = 0.05


@dataclass(frozen=True)
class Source:
    """`find(principal, sought, limit)`: what `principal` sees of this kind, the best first.

    `scope` is what a token needs to find it; None: nothing that a program could use. `more(words)`: the address
    of a list of them all, where there is a better one than the search page. `is_prose`: sentences rather than names,
    of which many are alike to any word: they stand there for a slip only where nothing else answers.
    """

    kind: str
    label: str | Promise
    order: int
    find: Callable[[Principal, Sought, int], Sequence[Hit]]
    scope: str | None = None
    more: Callable[[str], str] | None = None
    is_prose: bool = False


sources: list[Source] = []


def register(*added: Source) -> None:
    """Add to what is searched; the groups of the page stand in the order of their `order`."""
    sources[:] = sorted([*sources, *added], key=lambda source: source.order)


def answers(hit: Hit) -> bool:
    """It has the words themselves, and is not merely alike."""
    return hit.score >= PART


def best(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The first `limit` by score, each thing once; equal ones the newest first, or by title.

    What is merely alike is meant only where nothing has the words themselves.
    """
    if any(answers(hit) for hit in hits):
        hits = [hit for hit in hits if answers(hit)]
    found: dict[UUID | str, Hit] = {}
    for hit in sorted(hits, key=_rank):
        found.setdefault(hit.id or hit.url, hit)
    return list(found.values())[:limit]


def _rank(hit: Hit) -> tuple[float, float, str, str]:
    """Down to the id: no plan of the database decides what stands first."""
    return -hit.score, -hit.at.timestamp() if hit.at else 0, hit.title.casefold(), str(hit.id)
