"""Turns a refusal of the database into a sentence: the constraint's name decides which.

The database is the judge of uniqueness and checks, also of rows the caller may not see; the answer then
names the rule and never the other row.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2.errors
from django.db import IntegrityError
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError

logger = logging.getLogger(__name__)

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


def gone_meanwhile(error: BaseException) -> DomainError | None:
    """What a broken foreign key means at a door: the row one names was deleted in the same moment.

    Foreign keys are looked at as the transaction ends, after every check of a service. None for any other error.
    """
    if not isinstance(error, IntegrityError) or not isinstance(error.__cause__, psycopg2.errors.ForeignKeyViolation):
        return None
    logger.warning("refused by a foreign key", extra={"constraint": constraint_of(error)})
    return Conflict("gone_meanwhile", _("Something this names was removed in the same moment. Load it again."))


def constraint_of(error: IntegrityError) -> str:
    """The name of the broken constraint, "" where PostgreSQL names none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
