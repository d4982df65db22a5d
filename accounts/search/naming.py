"""Finding rows by `name_sort`: what begins so is walked along its index, the rest is found by its trigrams."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, CharField, Q, QuerySet, Value, When

from kam.core.alike import begins_words, has_words, holds
from kam.core.matching import Sought

NAME = "name_sort"
OWN, ALSO, OTHER = "own", "also", ""
Row = dict[str, Any]


def rows_named(
    seen: QuerySet[Any], columns: list[str], sought: Sought, limit: int, *, own: Q, also: Q | None = None
) -> list[Row]:
    """Rows whose name answers, and those that fit `also`; `how` says which, or that they are one's `own`.

    Each branch stops at `limit` by an order that no plan changes. What is alike is looked for only where too few
    have a word that begins so: it costs the most.
    """
    named = seen.filter(begins_words(sought, NAME))
    branches = [
        (ranked(seen.filter(own, holds(sought, NAME)), sought), OWN),
        (named.filter(**{f"{NAME}__startswith": sought.folded}).order_by(NAME, "id"), OTHER),
        # By `_rank` and not by name alone: PostgreSQL would walk all names from A on until it has found enough.
        (named.order_by(_rank(sought), NAME, "id"), OTHER),
    ]
    if also is not None:
        branches.append((seen.filter(also).order_by(_rank(sought), NAME, "id"), ALSO))
    first, *others = [_shown(found, columns, how)[:limit] for found, how in branches]
    rows = list(first.union(*others, all=True))
    if len({row["id"] for row in rows}) < limit:
        rows += _shown(ranked(seen.filter(holds(sought, NAME)), sought), columns, OTHER)[:limit]
    return rows


def ranked(found: QuerySet[Any], sought: Sought) -> QuerySet[Any]:
    """What begins so, what has words that do, what has them in part, the rest by likeness."""
    return found.order_by(_rank(sought), TrigramWordSimilarity(sought.folded, NAME).desc(), NAME, "id")


def _rank(sought: Sought) -> Case:
    begins = When(**{f"{NAME}__startswith": sought.folded}, then=Value(0))
    words = When(begins_words(sought, NAME), then=Value(1))
    return Case(begins, words, When(has_words(sought, NAME), then=Value(2)), default=Value(3))


def _shown(found: QuerySet[Any], columns: list[str], how: str) -> QuerySet[Any, Row]:
    return found.values(*columns, how=Value(how, output_field=CharField()))
