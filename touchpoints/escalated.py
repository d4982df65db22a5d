"""Escalated to you: on a leader's day, the silences that nobody below has ended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts.registry import DayLine
from accounts.visibility import EqualsAny
from kam.people.enums import Role
from kam.people.principal import Principal
from touchpoints.enums import Escalation, Purpose
from touchpoints.models import StaleFlag
from touchpoints.silence import silence_words

MOST = 200

# For each team the nearest leaders up the tree, itself included: the first, and the next above them.
_LED_TEAMS = """
    WITH RECURSIVE up AS (
        SELECT id AS team_id, id AS at, parent_id, 0 AS steps FROM people_team
        UNION ALL
        SELECT up.team_id, t.id, t.parent_id, up.steps + 1 FROM up JOIN people_team t ON t.id = up.parent_id
        WHERE up.steps < 50
    ), led AS (
        SELECT team_id, at, row_number() OVER (PARTITION BY team_id ORDER BY steps) AS place FROM up
        WHERE EXISTS (SELECT 1 FROM people_membership m WHERE m.team_id = up.at AND m.role = 'leader')
    )
    SELECT team_id FROM led
    WHERE place = %s AND EXISTS (
        SELECT 1 FROM people_membership m WHERE m.team_id = led.at AND m.user_id = %s AND m.role = 'leader')
"""


def escalated_to(principal: Principal) -> QuerySet[StaleFlag]:
    """The open flags that have come up to `principal`, the longest silence first."""
    flags = StaleFlag.objects.visible_to(principal)
    if principal.role not in (Role.LEADER, Role.ADMIN):
        return flags.none()
    mine = Q(_in_teams(principal, place=1), escalation__gte=Escalation.LEADER)
    mine |= Q(_in_teams(principal, place=2), escalation=Escalation.NEXT_LEADER)
    return flags.filter(mine, closed_at=None).select_related("account__owner").order_by("stale_at", "id")


def _in_teams(principal: Principal, *, place: int) -> EqualsAny:
    """Of the teams whose first (next: 2) leader up the tree `principal` is.

    An array, so that their accounts are found by index; IN (subquery) read every account.
    """
    teams = RawSQL(f"ARRAY({_LED_TEAMS})", [place, principal.user_id])  # noqa: S611  constant text, values are parameters
    return EqualsAny(F("account__team_id"), teams)


def escalated_lines(principal: Principal, now: datetime) -> Sequence[DayLine]:
    """One line for each account with a silence escalated to a leader who does not own it; one query."""
    lines: dict[UUID, DayLine] = {}
    for flag in escalated_to(principal).exclude(account__owner_id=principal.user_id)[:MOST]:
        lines.setdefault(flag.account_id, _line(flag, now))
    return list(lines.values())


def _line(flag: StaleFlag, now: datetime) -> DayLine:
    silence = silence_words(flag.anchor_at, allowed=None, now=now)
    if flag.purpose != Purpose.OPERATIONAL:
        silence = f"{Purpose(flag.purpose).label}: {silence}"
    owner = str(flag.account.owner or _("nobody"))
    return DayLine(
        key=f"escalated:{flag.pk}",
        account=flag.account,
        state="red",
        word=_("Escalated"),
        sentence=_("%(silence)s; owned by %(owner)s") % {"silence": silence, "owner": owner},
        action=_("Log call"),
        weight=float(flag.account.account_revenue or 0),
        speaks_first=True,  # the reader's own line of the same silence says less
    )
