"""The staged lines of a chunk, merged with what is stored; each statement answers only what is out of the ordinary.

A line whose identity its source gave, or that bears our id of what is stored, overwrites the columns it fills; one
known by its content never does.
Rows of others are met through the compiled SQL of `visible_to`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from accounts.models import Contact
from kam.people.principal import Principal
from kam.people.selectors import staff
from touchpoints.imports.fields import JOINED, PLAIN
from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff
from touchpoints.services.staging import STAGED

# Field of the mapping → column. Its position is its bit in `overwrites`.
OVERWRITABLE = {name: name for name in (*PLAIN, *JOINED)} | {"type": "type_id", "channel": "channel_id"}
BITS = {name: 1 << place for place, name in enumerate(OVERWRITABLE)}
# Whether and when it is counted contact: check-ins and flags followed from these.
DECIDING = ("type_id", "direction", "occurred_at")

_TABLE = Touchpoint._meta.db_table
_FILLED = {column: f"s.overwrites & {BITS[name]} <> 0" for name, column in OVERWRITABLE.items()}
_NEW = ", ".join(f"{c} = CASE WHEN {filled} THEN s.{c} ELSE t.{c} END" for c, filled in _FILLED.items())
_DIFFERENT = " OR ".join(f"{filled} AND s.{c} IS DISTINCT FROM t.{c}" for c, filled in _FILLED.items())
_DECIDED = ", ".join(f"{{0}}.{column}" for column in DECIDING)

_STORED = "({visible}) AS t(id, account_id, status, source, external_id)"
_FAULTS = "s.place, t.account_id <> s.account_id, t.status <> 'completed' AND s.overwrites <> 0"
_MATCH_OUR_ID = f"""
    UPDATE {STAGED} s SET stored_id = t.id FROM {_STORED} WHERE t.id = s.kam_id RETURNING {_FAULTS}
"""
_MATCH = f"""
    UPDATE {STAGED} s SET stored_id = t.id FROM {_STORED}
    WHERE s.kam_id IS NULL AND t.external_id <> '' AND t.source = s.source AND t.external_id = s.external_id
    RETURNING {_FAULTS}
"""
_OVERWRITE = f"""
    UPDATE {_TABLE} t SET {_NEW}, version = t.version + 1, changed_at = %(now)s
    FROM {STAGED} s WHERE t.id = s.stored_id AND s.overwrites <> 0 AND ({_DIFFERENT})
    RETURNING s.place, t.id, t.account_id, old.occurred_at,
              ({_DECIDED.format("old")}) IS DISTINCT FROM ({_DECIDED.format("new")})
"""
_LEAVE_OUT = f"DELETE FROM {STAGED} WHERE place = ANY(%(places)s)"

# Whom the lines name by email: unknown ones are said, and who was missing in a stored touchpoint changes it.
_TIE = f"""
    WITH meant AS (
        SELECT DISTINCT ON (s.place) s.place, s.account_id, COALESCE(s.stored_id, s.id) AS touchpoint_id,
               s.stored_id IS NOT NULL AS is_stored, p.id AS person_id
        FROM {STAGED} s LEFT JOIN ({{people}}) AS p(id, email{{more}})
             ON lower(p.email) = lower(s.{{named}}){{where}}
        WHERE s.{{named}} <> '' ORDER BY s.place, p.id
    ), tied AS (
        INSERT INTO {{table}} (account_id, touchpoint_id, {{column}})
        SELECT account_id, touchpoint_id, person_id FROM meant WHERE person_id IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING touchpoint_id
    )
    SELECT place, person_id IS NULL FROM meant
    WHERE person_id IS NULL OR is_stored AND touchpoint_id IN (SELECT touchpoint_id FROM tied)
"""
_TIE_CONTACTS = {
    "table": TouchpointContact._meta.db_table,
    "column": "contact_id",
    "named": "contact",
    "more": ", account_id",
    "where": " AND p.account_id = s.account_id",
}
_TIE_COLLEAGUES = {
    "table": TouchpointStaff._meta.db_table,
    "column": "user_id",
    "named": "colleague",
    "more": "",
    "where": "",
}


def match(by: Principal, *, by_our_id: bool) -> list[tuple[int, bool, bool]]:
    """Find the stored ones that `by` sees: place, whether of another account, whether an appointment to be kept.

    `by_our_id`: some lines bear one.
    """
    stored = Touchpoint.objects.visible_to(by)
    visible, params = _sql(stored.values_list("id", "account_id", "status", "source", "external_id"))
    found = _rows(_MATCH_OUR_ID.format(visible=visible), params) if by_our_id else []
    return found + _rows(_MATCH.format(visible=visible), params)


def leave_out(places: Sequence[int]) -> None:
    if places:
        with connection.cursor() as cursor:
            cursor.execute(_LEAVE_OUT, {"places": list(places)})


def overwrite(now: datetime) -> dict[int, Touchpoint | None]:
    """Write what differs. By place; as it was, where check-ins and flags may have followed from that."""
    return {
        place: Touchpoint(pk=pk, account_id=account_id, occurred_at=occurred_at) if is_deciding else None
        for place, pk, account_id, occurred_at, is_deciding in _rows(_OVERWRITE, {"now": now})
    }


def tie_contacts(by: Principal) -> list[tuple[int, bool]]:
    """Tie the contacts of the lines' accounts: places whose contact is unknown (True) or is new to what is stored."""
    return _tie(Contact.objects.visible_to(by).values_list("id", "email", "account_id"), _TIE_CONTACTS)


def tie_colleagues() -> list[tuple[int, bool]]:
    """The same with our people."""
    return _tie(staff().values_list("id", "email"), _TIE_COLLEAGUES)


def _tie(people: QuerySet[Any, Any], how: dict[str, str]) -> list[tuple[int, bool]]:
    known, params = _sql(people)
    return _rows(_TIE.format(people=known, **how), params)


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    """A SELECT and its parameters, also where there can be no row."""
    return rows.order_by().query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()


def _rows(statement: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
