"""The touchpoints' lines of My day: who has been silent for too long, who soon will be, which check-in is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.days import reporting_day
from accounts.enums import BuyingRole
from accounts.models import Account, Contact
from accounts.registry import DayLine
from kam.core import wording
from kam.people.principal import Principal
from touchpoints.cadence import Cadence
from touchpoints.enums import Purpose
from touchpoints.preview import silence_since
from touchpoints.selectors import mine_to_do, open_check_ins
from touchpoints.silence import silence_words
from touchpoints.standing import cadences_of

NEVER, SILENCE, CHECK_IN = "never", "silence", "check_in"
MORE = "touchpoints/check_ins/menu_of.html"
SOON = timedelta(days=7)
AHEAD = timedelta(days=21)
WHOM_FIRST = (BuyingRole.DECISION_MAKER, BuyingRole.SPONSOR, BuyingRole.CHAMPION, BuyingRole.BUDGET_HOLDER)


@dataclass(frozen=True)
class Matter:
    """What is most urgent with an account: what it is about, how it shows, and when it is due (None: now)."""

    about: str
    state: str
    word: str
    due_on: date | None = None


def day_lines(principal: Principal, now: datetime) -> list[DayLine]:
    """One line for each of a person's own accounts with something to do, not yet in words; one query.

    That is a silence too long within a week, or a check-in within three: a quiet week still shows what comes.

    Own are the accounts somebody owns or is on the team of: a leader's day is not everybody's.
    """
    accounts = _pressing(principal.own_view, now)
    values = [value for account in accounts if (value := _value(account)) is not None]
    middling = median(values) if values else 1.0
    lines = []
    for account in accounts:
        if matter := _matter(account, now):
            value = _value(account)
            weight = _urgency(account, now) * (middling if value is None else value)
            lines.append(_line(account, matter, weight))
    return lines


def in_words(principal: Principal, lines: Sequence[DayLine], now: datetime) -> list[DayLine]:
    """The lines with their sentence and whom to call; two queries."""
    ids = [line.account.pk for line in lines]
    cadences, whom = cadences_of(ids), _whom_to_call(principal.own_view, ids)
    return [
        replace(
            line,
            sentence=_sentence(line.account, cadences.get(line.account.pk), now),
            contact=whom.get(line.account.pk),
        )
        for line in lines
    ]


def _pressing(own: Principal, now: datetime) -> list[Account]:
    planned = open_check_ins(own).filter(mine_to_do(own), account=OuterRef("pk"), purpose=Purpose.OPERATIONAL)
    found = Account.objects.visible_to(own).annotate(
        check_in_on=Subquery(planned.values("due_on")[:1]), check_in_id=Subquery(planned.values("pk")[:1])
    )
    pressing = found.filter(Q(stale_at__lt=now + SOON) | Q(check_in_on__lte=reporting_day(now) + AHEAD))
    return list(pressing.select_related("segment"))


def _value(account: Account) -> float | None:
    """What an account is worth to us a year; only the reporting currency can be compared."""
    if account.account_revenue is None or account.currency != settings.REPORTING_CURRENCY:
        return None
    return float(account.account_revenue)


def _urgency(account: Account, now: datetime) -> float:
    """How much of the silence that its cadence allows is used up: more than 1 for a stale account."""
    since = silence_since(account)
    if since is None or account.stale_at is None or account.stale_at <= since:
        return 1.0
    return (now - since) / (account.stale_at - since)


def _matter(account: Account, now: datetime) -> Matter | None:
    """Too long a silence before a check-in that is due, that before what comes later, the sooner the better.

    A customer nobody ever spoke with, as an import brings them by the hundred, waits behind those.
    """
    today = reporting_day(now)
    due: date | None = account.check_in_on  # type: ignore[attr-defined]
    stale_on = reporting_day(account.stale_at) if account.stale_at else None
    if account.stale_at and account.stale_at < now:
        if account.last_touch_at is None:
            return Matter(NEVER, "neutral", _("No contact yet"))
        return Matter(SILENCE, "red", _("Stale"))
    if due and due <= today:
        return Matter(CHECK_IN, "amber", _("Check-in"), due)
    if stale_on and stale_on <= today + SOON and (due is None or stale_on <= due):
        return Matter(SILENCE, "amber", _("Going stale"), stale_on)
    if due and due <= today + AHEAD:
        return Matter(CHECK_IN, "neutral", _("Check-in"), due)
    return None


def _sentence(account: Account, cadence: Cadence | None, now: datetime) -> str:
    matter = _matter(account, now)
    if matter is None or matter.about == NEVER or (matter.about == SILENCE and account.last_touch_at is None):
        return _never_contacted(account, now)
    if matter.about == SILENCE and account.last_touch_at:
        allowed = cadence.maximum_days if cadence else None
        said = silence_words(account.last_touch_at, allowed=allowed, now=now)
        return f"{said}; {_allowed(account, cadence)}" if cadence else said
    late = (reporting_day(now) - (matter.due_on or reporting_day(now))).days
    return _planned_sentence(account.last_touch_at, now) if late < 0 else _due_sentence(late)


def _never_contacted(account: Account, now: datetime) -> str:
    """ "Never contacted; customer since 3 May 2024"."""
    if account.customer_since is None:
        return _("Never contacted")
    since = wording.short_date(account.customer_since, today=reporting_day(now))
    return _("Never contacted; customer since %(day)s") % {"day": since}


def _due_sentence(late: int) -> str:
    if not late:
        return _("A check-in is due today")
    return ngettext("A check-in is %(days)d day overdue", "A check-in is %(days)d days overdue", late) % {"days": late}


def _planned_sentence(touched_at: datetime | None, now: datetime) -> str:
    if touched_at is None:
        return _("A first check-in is planned")
    return _("Planned; the last contact was %(ago)s") % {"ago": wording.relative(touched_at, now=now)}


def _allowed(account: Account, cadence: Cadence) -> str:
    words = {
        "own": _("its own cadence allows %(days)d"),
        "segment": _("segment %(segment)s allows %(days)d"),
        "tier": _("tier %(tier)s allows %(days)d"),
        "default": _("the default cadence allows %(days)d"),
    }
    segment = account.segment.name if account.segment else ""
    return words[cadence.origin] % {"days": cadence.maximum_days, "segment": segment, "tier": account.tier}


def _whom_to_call(own: Principal, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """The best contact of each account: who decides or sponsors, then who weighs most."""
    best: dict[UUID, Contact] = {}
    for contact in Contact.objects.visible_to(own).filter(account_id__in=ids).order_by("name_sort", "id"):
        present = best.get(contact.account_id)
        if present is None or _importance(contact) > _importance(present):
            best[contact.account_id] = contact
    return best


def _importance(contact: Contact) -> tuple[int, int]:
    ranks = [len(WHOM_FIRST) - place for place, role in enumerate(WHOM_FIRST) if role in contact.buying_roles]
    return max(ranks, default=0), contact.influence or 0


def _line(account: Account, matter: Matter, weight: float) -> DayLine:
    check_in_id = account.check_in_id  # type: ignore[attr-defined]
    return DayLine(
        record=check_in_id,
        more=MORE if check_in_id else "",
        key=f"touchpoints:{account.pk}",
        account=account,
        state=matter.state,
        word=matter.word,
        sentence="",
        action=_("Log call"),
        due_on=matter.due_on,
        weight=weight,
    )
