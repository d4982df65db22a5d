"""Scoped querysets as SQL text, for statements that the ORM cannot write."""

import re
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet


def rows_sql(accounts: QuerySet[Any], *columns: str) -> tuple[str, tuple[Any, ...]]:
    """These columns of `accounts` as a SELECT with its (positional) parameters; also where there can be no row."""
    rows = (accounts if accounts.query.is_sliced else accounts.order_by()).values(*columns).query
    return rows.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()


def named_rows_sql(name: str, rows: QuerySet[Any], *columns: str) -> tuple[str, dict[str, Any]]:
    """The same with parameters %(name_0)s, %(name_1)s …, for statements made of several."""
    text, values = rows_sql(rows, *columns)
    named = {f"{name}_{number}": value for number, value in enumerate(values)}
    numbered = iter(named)
    return re.sub(r"%(.)", lambda found: found[0] if found[1] == "%" else f"%({next(numbered)})s", text), named
