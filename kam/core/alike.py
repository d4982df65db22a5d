"""Conditions by which a database finds what somebody typed (matching.py), all of them answered by trigram indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import and_

from django.db import connection, transaction
from django.db.models import Func, Q, TextField

from kam.core.matching import Sought


class Fold(Func):
    """folding.py's rule in SQL, for columns without a folded twin; an index on it serves every lookup."""

    function = "kam_fold"
    output_field = TextField()


def begins_words(sought: Sought, column: str) -> Q:
    """Each of the words begins a word of `column`, in any order."""
    return reduce(and_, (_begins_one(word, column) for word in sought.words))


def _begins_one(word: str, column: str) -> Q:
    return Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})


def holds(sought: Sought, column: str) -> Q:
    """Each of the words stands somewhere in `column`, or `column` is alike: within `forgiving`.

    Fewer than three letters are looked for at the beginnings of words only: no index knows them elsewhere.
    """
    if not all(len(word) > 2 for word in sought.words):
        return begins_words(sought, column)
    part = reduce(and_, (Q(**{f"{column}__contains": word}) for word in sought.words))
    return part | Q(**{f"{column}__trigram_word_similar": sought.folded}) if sought.tolerance else part


@contextmanager
def forgiving(sought: Sought) -> Iterator[None]:
    """Within it `trigram_word_similar` takes what is alike to at least the tolerance.

    PostgreSQL's index looks that limit up in a setting, which is set for this transaction alone: behind
    PgBouncer the connection is somebody else's in the next.
    """
    with transaction.atomic():
        if sought.tolerance:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(sought.tolerance)]
                )
        yield
