"""The planner: a person's check-ins and appointments of a week, and what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.days import reporting_day
from accounts.models import Account
from kam.core.bounds import check_date
from kam.core.errors import BadInput
from kam.core.pagination import Page, keyset_page
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.selectors import colleagues_of
from touchpoints.enums import TouchpointStatus
from touchpoints.models import CheckIn, Touchpoint, TouchpointStaff
from touchpoints.selectors import mine_to_do, open_check_ins, touchpoints

OVERDUE_SHOWN = 20
MOST = 200
WEEKEND = (5, 6)


@dataclass(frozen=True)
class Item:
    """A check-in (`at` None: any time of its day) or an appointment."""

    account: Account
    label: str
    on: date
    at: datetime | None = None
    check_in: CheckIn | None = None
    touchpoint: Touchpoint | None = None


@dataclass(frozen=True)
class Day:
    on: date
    is_today: bool
    is_past: bool
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """Monday to Sunday. `overdue` is a page of check-ins due before today; `has_more`: not all of the week is shown."""

    days: list[Day]
    overdue: Page
    has_more: bool
    before: date
    after: date


def week_of(
    principal: Principal, *, on: date, now: datetime, owner: User | None = None, cursor: str | None = None
) -> Week:
    """The week `on` lies in, as `owner` has it (None: `principal`); four queries.

    A check-in is whose it was given to, else that of the account's owner and account team; an appointment is that
    of who takes part. Days of check-ins are the reporting zone's, times of appointments the reader's.
    """
    monday, today = on - timedelta(days=on.weekday()), reporting_day(now)
    planned = open_check_ins(principal).filter(_check_ins_of(principal, owner))
    overdue = keyset_page(planned.filter(due_on__lt=today), order=("due_on", "id"), limit=OVERDUE_SHOWN, cursor=cursor)
    sunday = monday + timedelta(days=6)
    due = list(planned.filter(due_on__range=(max(monday, today), sunday))[: MOST + 1]) if sunday >= today else []
    meant = _appointments(principal, owner, monday)[: MOST + 1]
    items = [*_of_check_ins(due[:MOST]), *_of_appointments(meant[:MOST])]
    days = [_day(monday + timedelta(days=n), items, today) for n in range(7)]
    week = timedelta(days=7)
    return Week(days, overdue, max(len(due), len(meant)) > MOST, monday - week, monday + week)


def _check_ins_of(principal: Principal, owner: User | None) -> Q:
    if owner is not None and owner.pk != principal.user_id:
        return Q(assigned_to=owner.pk) | Q(assigned_to=None, account__owner=owner.pk)
    own = Account.objects.visible_to(principal.own_view).values("pk")
    return Q(assigned_to=principal.user_id) | Q(mine_to_do(principal), account__in=own)


def _appointments(principal: Principal, owner: User | None, monday: date) -> Sequence[Touchpoint]:
    zone = timezone.get_current_timezone()
    begin, end = (datetime.combine(monday + timedelta(days=n), time(), zone) for n in (0, 7))
    person = Q(user=owner.pk if owner else principal.user_id)
    present = TouchpointStaff.objects.visible_to(principal).filter(person).values("touchpoint_id")
    planned = touchpoints(principal).filter(
        status=TouchpointStatus.PLANNED, pk__in=present, occurred_at__gte=begin, occurred_at__lt=end
    )
    return list(planned.select_related("account", "type").order_by("occurred_at", "id")[: MOST + 1])


def _of_check_ins(check_ins: Sequence[CheckIn]) -> list[Item]:
    return [Item(one.account, one.get_purpose_display(), one.due_on, check_in=one) for one in check_ins]


def _of_appointments(appointments: Sequence[Touchpoint]) -> list[Item]:
    items = []
    for one in appointments:
        at = timezone.localtime(one.occurred_at)
        items.append(Item(one.account, one.subject or one.type.name, at.date(), at=at, touchpoint=one))
    return items


def _day(on: date, items: Sequence[Item], today: date) -> Day:
    """Appointments by the clock, then check-ins."""
    mine = [one for one in items if one.on == on]
    mine.sort(key=lambda one: (one.at is None, one.at and one.at.time(), one.account.name_sort, str(one.account.pk)))
    return Day(on, on == today, on < today, mine)


def owner_asked(principal: Principal, text: str) -> User | None:
    """Whose week `?owner=` asks for. Raises: BadInput for nobody one may know of."""
    if not text:
        return None
    try:
        owner = colleagues_of(principal).filter(pk=UUID(text)).first()
    except ValueError as error:
        raise BadInput("not_an_id", _("This is not the id of a person."), field="owner") from error
    if owner is None:
        raise BadInput("unknown_owner", _("There is no such colleague."), field="owner")
    return owner


def day_asked(text: str, *, now: datetime) -> date:
    """The day `?on=` asks for, without it today; at the weekend the Monday to come. Raises: BadInput."""
    if not text:
        today = reporting_day(now)
        return today + timedelta(days=7 - today.weekday()) if today.weekday() in WEEKEND else today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("bad_day", _("Write the day as 2026-09-30."), field="on") from error
    check_date(day, field="on")  # first: beside the last day of all calendars there is no other
    check_date(day - timedelta(days=7), field="on")
    check_date(day + timedelta(days=14), field="on")
    return day
