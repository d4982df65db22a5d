"""Who took part in a touchpoint: its rows of contacts and colleagues."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from touchpoints.models import Touchpoint, TouchpointContact, TouchpointStaff


def link(touchpoint: Touchpoint, contacts: Iterable[UUID], staff: Iterable[UUID]) -> None:
    """Tie people to a touchpoint."""
    same = {"account_id": touchpoint.account_id, "touchpoint": touchpoint}
    TouchpointContact.objects.bulk_create(TouchpointContact(contact_id=one, **same) for one in set(contacts))
    TouchpointStaff.objects.bulk_create(TouchpointStaff(user_id=one, **same) for one in set(staff))


def relink(
    touchpoint: Touchpoint, *, contacts: Iterable[UUID] | None, staff: Iterable[UUID] | None
) -> tuple[bool, bool]:
    """Let exactly these have taken part (None: whoever did); whether contacts and staff differ from before.

    One statement for both sides and both directions: an edit has few queries to spend.
    """
    sides = {"contact": contacts, "user": staff}
    named = {side: list(set(ids)) for side, ids in sides.items() if ids is not None}
    if not named:
        return False, False
    steps = ", ".join(_EXCHANGE[side] for side in named)
    counts = ", ".join(_COUNT[side] if side in named else "0" for side in sides)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {steps} SELECT {counts}", {"touchpoint": touchpoint.pk, "account": touchpoint.account_id, **named}
        )
        met_others, others_went = cursor.fetchone()
    return met_others > 0, others_went > 0


def _exchange(side: str, table: str) -> str:
    return f"""
        {side}_gone AS (DELETE FROM {table} WHERE touchpoint_id = %(touchpoint)s
            AND {side}_id <> ALL(%({side})s::uuid[]) RETURNING 1),
        {side}_new AS (INSERT INTO {table} (account_id, touchpoint_id, {side}_id)
            SELECT %(account)s, %(touchpoint)s, one FROM unnest(%({side})s::uuid[]) AS one
            ON CONFLICT DO NOTHING RETURNING 1)"""


_EXCHANGE = {
    "contact": _exchange("contact", TouchpointContact._meta.db_table),
    "user": _exchange("user", TouchpointStaff._meta.db_table),
}
_COUNT = {side: f"(SELECT count(*) FROM {side}_gone) + (SELECT count(*) FROM {side}_new)" for side in _EXCHANGE}
