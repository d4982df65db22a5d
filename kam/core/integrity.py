"""Turns a refusal of the database into a sentence: the constraint's name decides which.

The database is the judge of uniqueness and checks, also of rows the caller may not see; the answer then
names the rule and never the other row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from kam.core.errors import DomainError

_rules: dict[str, Callable[[], DomainError]] = {}


def register_constraint(name: str, error: Callable[[], DomainError]) -> None:
    """Say what breaking the constraint `name` means; `error` is called then, in the caller's language."""
    _rules[name] = error


@contextmanager
def translating_integrity() -> Iterator[None]:
    """Raises the registered DomainError for a broken constraint; an unregistered one is our bug and passes.

    The transaction (or savepoint) around it is broken by then and must be left by the error.
    """
    try:
        yield
    except IntegrityError as error:
        name = constraint_of(error)
        if name not in _rules:
            raise
        raise _rules[name]() from error


def constraint_of(error: IntegrityError) -> str:
    """The name of the broken constraint, "" where PostgreSQL names none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
