"""Finding rows by `name_sort` without reading many: what begins so is walked along its index, the rest by trigrams."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, CharField, Q, QuerySet, Value, When

from kam.core.alike import begins_words, holds
from kam.core.matching import Sought

NAME = "name_sort"
OWN, ALSO, OTHER = "own", "also", ""
Row = dict[str, Any]


def rows_named(
    seen: QuerySet[Any], columns: list[str], sought: Sought, limit: int, *, own: Q, also: Q | None = None
) -> list[Row]:
    """Rows whose name answers, and those that fit `also`; `how` says which, or that they are one's `own`.

    Each branch stops at `limit` by an order that no plan changes. What is alike is looked for only where too few
    begin so: it costs the most.
    """
    named = seen.filter(begins_words(sought, NAME)).order_by(NAME, "id")
    branches = [
        (ranked(seen.filter(own, holds(sought, NAME)), sought), OWN),
        (named.filter(**{f"{NAME}__startswith": sought.folded}), OTHER),
        (named, OTHER),
    ]
    if also is not None:
        branches.append((seen.filter(also).order_by(NAME, "id"), ALSO))
    first, *others = [_shown(found, columns, how)[:limit] for found, how in branches]
    rows = list(first.union(*others, all=True))
    if len({row["id"] for row in rows}) < limit:
        rows += _shown(ranked(seen.filter(holds(sought, NAME)), sought), columns, OTHER)[:limit]
    return rows


def ranked(found: QuerySet[Any], sought: Sought) -> QuerySet[Any]:
    """What begins so, what has words that do, the rest by likeness."""
    begins = When(**{f"{NAME}__startswith": sought.folded}, then=Value(0))
    rank = Case(begins, When(begins_words(sought, NAME), then=Value(1)), default=Value(2))
    return found.order_by(rank, TrigramWordSimilarity(sought.folded, NAME).desc(), NAME, "id")


def _shown(found: QuerySet[Any], columns: list[str], how: str) -> QuerySet[Any, Row]:
    return found.values(*columns, how=Value(how, output_field=CharField()))
