"""My day by mail: at half past six in the reader's own zone, on working days, to whoever has been here and wants it.

It is put into words when it is sent: what the reader may see then, and nothing where nothing is to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.day import Day, day_of
from accounts.day_accounts import day_accounts
from accounts.models import DayVisit
from accounts.news import News, known_at_last_visit, news_since
from kam.core.errors import DomainError
from kam.core.letters import Letter, post, register_letter
from kam.outbox import planner
from kam.people.models import User
from kam.people.principal import principal_for

MORNING = "accounts.morning"
AT = time(6, 30)
UNTIL_LATE = timedelta(hours=6)  # whoever was not told by then has begun the day without it
WORKING_DAYS = range(1, 6)  # ISO weekdays
EVERY = timedelta(minutes=5)
NEWS_SHOWN = 20
SALT = "kam.accounts.morning"


class LinkUnknown(DomainError):
    """It was never ours, or its person is gone."""

    status = 410

    def __init__(self) -> None:
        super().__init__("link_dead", _("This link does not work."))


@dataclass(frozen=True)
class Morning:
    """What the mail says: `more_news` were left out. Links begin with `site`."""

    user: User
    day: Day
    news: Sequence[News]
    more_news: int
    site: str


def register_mail() -> None:
    """Called once, when the app is ready."""
    register_letter(MORNING, compose_morning)
    planner.register(MORNING, EVERY, plan_mornings)


def plan_mornings(since: datetime, until: datetime) -> None:
    """Ask for the mail of everybody whose half past six lies in the span; once for each person and local date."""
    readers = User.objects.filter(
        is_active=True, is_integration=False, morning_mail=True, pk__in=DayVisit.objects.values("user_id")
    )
    zones = readers.order_by().values_list("timezone", flat=True).distinct()
    days = {zone: day for zone in zones if (day := _morning_in(zone, since=since, until=until))}
    due = readers.filter(timezone__in=list(days)).order_by("pk").values_list("pk", "timezone")
    for user_id, zone in due:
        about = {"user": str(user_id), "on": days[zone].isoformat()}
        post(MORNING, about, once=f"{MORNING}:{user_id}:{days[zone].isoformat()}")


def _morning_in(zone: str, *, since: datetime, until: datetime) -> date | None:
    """The working day whose morning began in the span and is not over; None where there is none."""
    on = until.astimezone(ZoneInfo(zone)).date()
    begins = datetime.combine(on, AT, ZoneInfo(zone))
    return on if on.isoweekday() in WORKING_DAYS and since < begins <= until < begins + UNTIL_LATE else None


def compose_morning(about: dict[str, Any], now: datetime) -> Letter | None:
    """The mail as it reads now; none where the person left or switched it off, the day is over, or all is quiet."""
    user = User.objects.filter(pk=about["user"], is_active=True, is_integration=False, morning_mail=True).first()
    visit = DayVisit.objects.filter(user_id=about["user"]).first()
    if user is None or visit is None:
        return None
    with timezone.override(ZoneInfo(user.timezone)), translation.override(settings.LANGUAGE_CODE):
        if timezone.localdate(now).isoformat() != about["on"]:
            return None
        morning = _morning_of(user, site=visit.site.rstrip("/"), now=now)
        return _letter(morning, now=now) if morning.news or _pressing(morning.day) else None


def _morning_of(user: User, *, site: str, now: datetime) -> Morning:
    principal = principal_for(user)
    day, own = day_of(principal, now=now), day_accounts(principal, now=now).own
    news = news_since(principal, known_at_last_visit(principal, own, now=now), own, now=now)
    return Morning(user, day, news[:NEWS_SHOWN], len(news[NEWS_SHOWN:]), site)


def _pressing(day: Day) -> dict[str, int]:
    """How many lines are for today and this week; what comes later is no reason to write."""
    return {group.key: group.count for group in day.groups if group.key != "later"}


def _letter(morning: Morning, *, now: datetime) -> Letter:
    off = morning.site + reverse("morning_mail_off", args=[token_of(morning.user)])
    words = {"morning": morning, "now": now, "my_day": morning.site + reverse("my_day"), "off": off}
    return Letter(
        morning.user.email,
        _subject(_pressing(morning.day), now),
        render_to_string("accounts/mail/morning.txt", words),
        html=render_to_string("accounts/mail/morning.html", words),
        headers={"List-Unsubscribe": f"<{off}>"},
    )


def _subject(counts: dict[str, int], now: datetime) -> str:
    """ "Your Monday: 3 for today"; the news alone where nothing is."""
    today = counts.get("today", 0)
    what = ngettext("%(n)d for today", "%(n)d for today", today) % {"n": today} if today else _("clear, with news")
    if not today and counts:
        what = _("clear today")
    return _("Your %(day)s: %(what)s") % {"day": date_format(timezone.localtime(now), "l"), "what": what}


def token_of(user: User) -> str:
    """What the link to switch the mail off holds; it works as long as the person is here."""
    return signing.dumps(str(user.pk), salt=SALT)


def reader_behind(token: str) -> User:
    """Whose link it is. Raises: LinkUnknown."""
    try:
        user_id = UUID(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise LinkUnknown from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise LinkUnknown
    return user
