"""The readers of reach: its rows, and what a period's campaigns add up to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.days import reporting_day
from kam.core.bounds import check_date
from kam.core.errors import BadInput, NotVisible
from touchpoints.models import Reach

SHOWN_DAYS = 90
MOST_NAMED = 8
ORDER = ("-occurred_on", "-id")


@dataclass(frozen=True)
class Period:
    """Both days belong to it."""

    first: date
    last: date


@dataclass(frozen=True)
class Total:
    """What a campaign reached in a period; the campaign "" is that of rows without one."""

    campaign: str
    reached: int


@dataclass(frozen=True)
class Totals:
    """The campaigns that reached most, how many `more` there are, and what all of them reached."""

    named: list[Total]
    more: int
    reached: int


def all_reach() -> QuerySet[Reach]:
    """Every row: it is no customer's, and the same for everybody."""
    return Reach.objects.all()


def get_reach(reach_id: UUID) -> Reach:
    """Raises: NotVisible."""
    reach = all_reach().select_related("type", "channel").filter(pk=reach_id).first()
    if reach is None:
        raise NotVisible
    return reach


def reach_in(period: Period, *, campaign: str = "") -> QuerySet[Reach]:
    """What lies within a period, with what a list shows of it; of one campaign where it is named."""
    found = all_reach().filter(occurred_on__range=(period.first, period.last))
    if campaign:
        found = found.filter(campaign=campaign)
    return found.select_related("type", "channel", "created_by")


def totals_of(found: QuerySet[Reach]) -> Totals:
    """Added up by campaign, the largest first. Two queries, whatever the number of rows."""
    by_campaign = found.select_related(None).order_by().values("campaign").annotate(reached=Sum("count"))
    named = [
        Total(row["campaign"], row["reached"]) for row in by_campaign.order_by("-reached", "campaign")[:MOST_NAMED]
    ]
    whole = (
        found.select_related(None)
        .order_by()
        .aggregate(campaigns=Count("campaign", distinct=True), reached=Sum("count", default=0))
    )
    return Totals(named, more=whole["campaigns"] - len(named), reached=whole["reached"])


def period_asked(first: str, last: str, *, now: datetime) -> Period:
    """The days asked for; the last 90 where nothing is.

    Raises: BadInput for what is no day, or ends before it begins.
    """
    until = _day(last, "on_to") or reporting_day(now)
    begin = _day(first, "on_from") or max(until - timedelta(days=SHOWN_DAYS - 1), date(1900, 1, 1))
    if begin > until:
        raise BadInput("period_backwards", _("The period ends before it begins."), field="on_to")
    return Period(begin, until)


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("bad_day", _("Write the day as 2026-09-30."), field=field) from error
    check_date(day, field=field)
    return day
