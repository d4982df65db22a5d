"""Scoped querysets as SQL text, for statements that the ORM cannot write."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from accounts.models import Account


def rows_sql(accounts: QuerySet[Account], *columns: str) -> tuple[str, tuple[Any, ...]]:
    """These columns of `accounts` as a SELECT with its (positional) parameters; also where there can be no row."""
    rows = accounts.order_by().values(*columns).query
    return rows.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
