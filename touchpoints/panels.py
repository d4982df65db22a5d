"""What touchpoints add to the account page and to lists of accounts: the timeline, the cadence, the next check-in."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.census import register_first_touch
from accounts.days import reporting_day
from accounts.models import Account
from accounts.registry import (
    Before,
    DaySource,
    NewsSource,
    NextTouchSource,
    Panel,
    RhythmSource,
    TimelineEntry,
    TimelineFact,
    TimelineSource,
    registry,
)
from kam.people.principal import Principal
from touchpoints.appointments import appointments_panel
from touchpoints.cadence import Cadence, regularity
from touchpoints.choices import WEB
from touchpoints.day import day_lines, in_words
from touchpoints.day_appointments import appointment_lines
from touchpoints.day_check_ins import check_in_lines
from touchpoints.enums import Purpose
from touchpoints.escalated import escalated_lines
from touchpoints.models import Touchpoint
from touchpoints.news import touchpoint_news
from touchpoints.preview import silence_since
from touchpoints.rhythm import kept_periods
from touchpoints.selectors import touchpoints_of, with_names
from touchpoints.services.rules import may_amend
from touchpoints.standing import Standing, standings_and_contact
from touchpoints.upcoming import next_planned

KIND = "touchpoint"
YEAR = timedelta(days=365)
# What the API says of a touchpoint on the timeline, and where it stands.
FACTS = {
    "type": "type__key",
    "channel": "channel__key",
    "direction": "direction",
    "status": "status",
    "subject": "subject",
    "sentiment_start": "sentiment_start",
    "sentiment_end": "sentiment_end",
    "expectation": "expectation",
}

# Backwards along the index touchpoint_account_newest.
FIRST_TOUCH = """
    SELECT t.occurred_at FROM touchpoints_touchpoint t
    WHERE t.account_id = event.account_id AND t.status = 'completed' ORDER BY t.occurred_at, t.id LIMIT 1
"""


def register_panels() -> None:
    """Called once, when the app is ready."""
    registry.add(
        TimelineSource(KIND, timeline, timeline_facts),
        Panel("cadence", gettext_lazy("Next check-in"), "touchpoints/cadence_panel.html", 10, cadence_panel),
        DaySource("touchpoints", day_lines, complete=in_words),
        DaySource("check_ins", check_in_lines),
        DaySource("appointments", appointment_lines),
        DaySource("escalated", escalated_lines),
        NewsSource("touchpoints", touchpoint_news),
        RhythmSource("cadence", kept_periods),
        NextTouchSource("touchpoints", next_planned),
        Panel(
            "appointments", gettext_lazy("Appointments"), "touchpoints/appointments_panel.html", 9, appointments_panel
        ),
    )
    register_first_touch(FIRST_TOUCH)


def timeline(principal: Principal, account: Account, before: Before, limit: int) -> list[TimelineEntry]:
    """Touchpoints before the key, newest first; one query."""
    found = _older_than(before, with_names(touchpoints_of(principal, account)))
    return [entry(principal, account, one) for one in found[:limit]]


def timeline_facts(principal: Principal, account: Account, before: Before, limit: int) -> list[TimelineFact]:
    """What the API says of the same touchpoints; one query of their own columns."""
    found = _older_than(before, touchpoints_of(principal, account)).select_related(None)
    rows = found.values_list("id", "occurred_at", *FACTS.values())[:limit]
    return [TimelineFact(KIND, key, at, dict(zip(FACTS, values, strict=True))) for key, at, *values in rows]


def _older_than(before: Before, found: QuerySet[Touchpoint]) -> QuerySet[Touchpoint]:
    if before is None:
        return found
    moment, last = before
    return found.filter(Q(occurred_at=moment, id__lt=last) | Q(occurred_at__lt=moment), occurred_at__lte=moment)


def entry(principal: Principal, account: Account, touchpoint: Any) -> TimelineEntry:
    """A line of the timeline, from a touchpoint `with_names`."""
    touchpoint.account = account
    touchpoint.is_mine = may_amend(principal, touchpoint, staff_ids=touchpoint.staff_ids)
    touchpoint.logged_by = logged_for(touchpoint)
    template = "touchpoints/timeline_entry.html"
    return TimelineEntry(KIND, touchpoint.pk, touchpoint.occurred_at, template, touchpoint)


def logged_for(touchpoint: Any) -> Any:
    """Who logged it for the colleagues who took part; None where that was one of them, or no person."""
    by_hand = touchpoint.source in ("", WEB) and touchpoint.staff_ids
    return touchpoint.created_by if by_hand and touchpoint.created_by_id not in touchpoint.staff_ids else None


def cadence_panel(principal: Principal, account: Account, now: datetime) -> dict[str, Any] | None:
    """Purpose by purpose: whose cadence applies, what is planned, whether the silence is too long, how regular it was.

    Operational contact always has its lines; the others where a cadence applies or something is planned.
    """
    found = standings_and_contact(account, since=now - YEAR)
    awaited = _is_being_planned(account, found[Purpose.OPERATIONAL][0])
    shown = [
        _purpose_lines(account, *found[purpose], now)
        for purpose in Purpose.values
        if purpose == Purpose.OPERATIONAL or found[purpose][0].is_of_interest
    ]
    return {"account": account, "purposes": shown, "now": now, "is_being_planned": awaited}


def _is_being_planned(account: Account, standing: Standing) -> bool:
    """A cadence applies and silence counts, but the background has not yet worked out from when on it is too long."""
    return standing.cadence is not None and account.stale_at is None and silence_since(account) is not None


def _purpose_lines(account: Account, standing: Standing, moments: list[datetime], now: datetime) -> dict[str, Any]:
    due, cadence = standing.check_in_on, standing.cadence
    return {
        "purpose": Purpose(standing.purpose),
        "cadence": cadence,
        "whose": cadence and cadence_name(account, cadence),
        "check_in_id": standing.check_in_id,
        "check_in_on": due,
        "days_left": None if due is None else (due - reporting_day(now)).days,
        "is_flagged": standing.is_flagged,
        "regularity": cadence and regularity(moments, cadence, as_of=now),
    }


def cadence_name(account: Account, cadence: Cadence) -> str:
    """Whose cadence it is, to begin a sentence with."""
    named = {"own": _("Its own cadence"), "segment": str(account.segment or ""), "default": _("The default cadence")}
    return named.get(cadence.origin) or _("Tier %(tier)s") % {"tier": account.tier}
