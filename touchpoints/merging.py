"""What touchpoints does when accounts become one, or two again: check-ins and flags follow from the touchpoints.

The rows themselves move with all others (accounts/merging/tables.py).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import ngettext

from accounts.merging.parts import Counted, Part, Rows, register
from kam.people.principal import Principal
from touchpoints.models import Touchpoint
from touchpoints.services.forget import HAND_ON_CHECK_INS, HAND_ON_FLAGS, forget_periods
from touchpoints.services.reconcile import settle
from touchpoints.services.releasing import release_unseen

# There can be one of each open; `settle` opens again what still stands.
STAND_DOWN = """
    WITH check_ins AS (
        UPDATE touchpoints_checkin SET status = 'cancelled', closed_at = %(now)s
        WHERE account_id = %(absorbed)s AND status = 'open' RETURNING 1
    )
    UPDATE touchpoints_staleflag SET closed_at = %(now)s WHERE account_id = %(absorbed)s AND closed_at IS NULL
"""

# What was decided about them is nowhere else: that one was skipped, put off, handed over or escalated. None is open,
# since there can be one; `settle` opens again what still stands.
FOLLOWS = """
    SELECT (SELECT COALESCE(jsonb_agg(to_jsonb(c) || CASE WHEN c.status = 'open' THEN
                jsonb_build_object('status', 'cancelled', 'closed_at', %(now)s::timestamptz) ELSE '{}' END), '[]')
            FROM touchpoints_checkin c WHERE c.account_id = %(account)s)::text,
           (SELECT COALESCE(jsonb_agg(to_jsonb(f) || jsonb_build_object(
                'closed_at', COALESCE(f.closed_at, %(now)s::timestamptz))), '[]')
            FROM touchpoints_staleflag f WHERE f.account_id = %(account)s)::text
"""

# Somebody of the one took part in what is the other's: that was told after they had become one. All else that hangs on
# a touchpoint goes where it went.
_FOLLOW = """
    UPDATE {table} l SET account_id = t.account_id FROM touchpoints_touchpoint t {also}
    WHERE l.account_id = ANY(%(ids)s::uuid[]) AND t.id = l.touchpoint_id AND t.account_id <> l.account_id
"""
_CONTACTS = _FOLLOW.format(table="touchpoints_touchpointcontact", also=", accounts_contact c")
FOLLOW = f"""
    WITH untied AS (
        DELETE FROM touchpoints_touchpointcontact l USING touchpoints_touchpoint t, accounts_contact c
        WHERE l.account_id = ANY(%(ids)s::uuid[]) AND t.id = l.touchpoint_id AND c.id = l.contact_id
          AND t.account_id <> c.account_id
    ), contacts AS ({_CONTACTS} AND c.id = l.contact_id AND c.account_id = t.account_id),
    staff AS ({_FOLLOW.format(table="touchpoints_touchpointstaff", also="")})
    {_FOLLOW.format(table="touchpoints_attachment", also="")}
"""

ELSEWHERE = """
    SELECT t.id FROM touchpoints_checkin c JOIN touchpoints_touchpoint t ON t.id = c.fulfilled_by_id
    WHERE c.account_id = ANY(%(ids)s::uuid[]) AND t.account_id <> c.account_id
    UNION SELECT t.id FROM touchpoints_staleflag f JOIN touchpoints_touchpoint t ON t.id = f.closed_by_touchpoint_id
    WHERE f.account_id = ANY(%(ids)s::uuid[]) AND t.account_id <> f.account_id
"""
_NOT_ITS_OWN = """ AND NOT EXISTS (
    SELECT 1 FROM touchpoints_touchpoint w WHERE w.id = {by} AND w.account_id = {account})
"""
HAND_ON = f"""
    WITH check_ins AS ({HAND_ON_CHECK_INS} {_NOT_ITS_OWN.format(by="c.fulfilled_by_id", account="c.account_id")})
    {HAND_ON_FLAGS} {_NOT_ITS_OWN.format(by="f.closed_by_touchpoint_id", account="f.account_id")}
"""


COUNTED = (
    Counted("touchpoints_touchpoint", lambda n: ngettext("%(n)d touchpoint", "%(n)d touchpoints", n) % {"n": n}),
    Counted("touchpoints_attachment", lambda n: ngettext("%(n)d file", "%(n)d files", n) % {"n": n}),
)
OF_CONTACTS = (
    Counted(
        "touchpoints_touchpointcontact",
        lambda n: ngettext("a part in %(n)d touchpoint", "a part in %(n)d touchpoints", n) % {"n": n},
    ),
)


def register_part() -> None:
    register(
        Part(
            key="touchpoints",
            stand_down=stand_down,
            part=part,
            settle=settle_merged,
            follows=follows,
            counted=COUNTED,
            counted_of_contacts=OF_CONTACTS,
        )
    )


def stand_down(absorbed_id: UUID, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STAND_DOWN, {"absorbed": absorbed_id, "now": now})


def part(survivor_id: UUID, absorbed_id: UUID) -> None:
    """What closed, or began, by a touchpoint of the other account did not; `settle_merged` says what stands now."""
    ids = [survivor_id, absorbed_id]
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"ids": ids})
        cursor.execute(ELSEWHERE, {"ids": ids})
        elsewhere = [row[0] for row in cursor.fetchall()]
        if elsewhere:
            cursor.execute(HAND_ON, {"ids": elsewhere, "gone": [], "zone": settings.REPORTING_ZONE})
    theirs = Touchpoint.objects.visible_to(Principal.system("merging")).filter(account_id=absorbed_id)
    moments = theirs.values_list("pk", "occurred_at")
    forget_periods([Touchpoint(pk=pk, account_id=survivor_id, occurred_at=at) for pk, at in moments])


def follows(account_id: UUID, now: datetime) -> Rows:
    """Check-ins and flags."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWS, {"account": account_id, "now": now})
        check_ins, flags = map(json.loads, cursor.fetchone())
    return {"touchpoints_checkin": check_ins, "touchpoints_staleflag": flags}


def settle_merged(account_ids: Sequence[UUID], now: datetime) -> None:
    settle(account_ids, now=now)
    release_unseen(account_ids)
