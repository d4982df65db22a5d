"""Conditions by which a database finds what somebody typed (matching.py), all of them answered by trigram indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import and_

from django.db import connection, transaction
from django.db.models import Func, Q, TextField

from kam.core.matching import LEAST_ALIKE, LEAST_PART, Sought


class Fold(Func):
    """folding.py's rule in SQL, for columns without a folded twin; an index on it serves every lookup."""

    function = "kam_fold"
    output_field = TextField()


def begins_words(sought: Sought, column: str) -> Q:
    """Each of the words begins a word of `column`, in any order."""
    return reduce(and_, (_begins_one(word, column) for word in sought.words))


def _begins_one(word: str, column: str) -> Q:
    return Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})


def has_words(sought: Sought, column: str) -> Q:
    """Each of the words stands somewhere in `column`.

    Fewer than three letters are looked for at the beginnings of words only: no index knows them elsewhere.
    """
    return reduce(and_, (_has_one(word, column) for word in sought.words))


def _has_one(word: str, column: str) -> Q:
    return _begins_one(word, column) if len(word) < LEAST_PART else Q(**{f"{column}__contains": word})


def holds(sought: Sought, column: str) -> Q:
    """Each of the words stands somewhere in `column` or is alike to one there: within `forgiving`."""
    return reduce(and_, (_holds_one(word, column) for word in sought.words))


def _holds_one(word: str, column: str) -> Q:
    here = _has_one(word, column)
    return here | Q(**{f"{column}__trigram_word_similar": word}) if len(word) >= LEAST_ALIKE else here


def holds_sentence(sought: Sought, column: str) -> Q:
    """As `holds`, for a million sentences: words are alike together, since a word alone is alike to too many."""
    here = has_words(sought, column)
    if sought.tolerance is None or any(len(word) < LEAST_PART for word in sought.words):
        return here
    return here | Q(**{f"{column}__trigram_word_similar": sought.folded})


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
