"""The touchpoints' lines of My day: who has been silent for too long, who soon will be, which check-in is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.days import reporting_day
from accounts.enums import BuyingRole
from accounts.models import Account, Contact
from accounts.registry import DayLine
from kam.people.principal import Principal
from touchpoints.cadence import Cadence
from touchpoints.preview import days_silent
from touchpoints.selectors import cadences_of, open_check_ins

SOON = timedelta(days=7)
AHEAD = timedelta(days=21)
MOST = 200
WHOM_FIRST = (BuyingRole.DECISION_MAKER, BuyingRole.SPONSOR, BuyingRole.CHAMPION, BuyingRole.BUDGET_HOLDER)


@dataclass(frozen=True)
class Matter:
    """What is most urgent with an account: how it shows, why, and when."""

    state: str
    word: str
    sentence: str
    due_on: date | None
    weight: float


def day_lines(principal: Principal, now: datetime) -> list[DayLine]:
    """One line for each of a person's own accounts with something to do; three queries.

    That is a silence too long within a week, or a check-in within three: a quiet week still shows what comes.

    Own are the accounts somebody owns or is on the team of: a leader's day is not everybody's.
    """
    own = principal.own_view
    accounts = _pressing(own, now)
    ids = [account.pk for account in accounts]
    cadences, whom = cadences_of(ids) if ids else {}, _whom_to_call(own, ids) if ids else {}
    lines = []
    for account in accounts:
        matter = _matter(account, cadences.get(account.pk), now)
        if matter:
            lines.append(_line(account, matter, whom.get(account.pk)))
    return lines


def _pressing(own: Principal, now: datetime) -> list[Account]:
    planned = open_check_ins(own).filter(account=OuterRef("pk")).order_by("due_on", "id").values("due_on")
    found = Account.objects.visible_to(own).annotate(check_in_on=Subquery(planned[:1]))
    pressing = found.filter(Q(stale_at__lt=now + SOON) | Q(check_in_on__lte=reporting_day(now) + AHEAD))
    return list(pressing.select_related("owner", "segment").order_by(F("stale_at").asc(nulls_last=True), "id")[:MOST])


def _matter(account: Account, cadence: Cadence | None, now: datetime) -> Matter | None:
    """Too long a silence before a check-in that is due, that before what comes later, the sooner the better."""
    today = reporting_day(now)
    due: date | None = account.check_in_on  # type: ignore[attr-defined]
    stale_on = reporting_day(account.stale_at) if account.stale_at else None
    if account.stale_at and account.stale_at < now:
        overdue = (now - account.stale_at).total_seconds() / 86_400
        return Matter("red", _("Stale"), _silence(account, cadence, now), None, overdue)
    if due and due <= today:
        late = (today - due).days
        return Matter("amber", _("Check-in"), _due_sentence(late), due, float(late))
    if stale_on and stale_on <= today + SOON and (due is None or stale_on <= due):
        return Matter("amber", _("Going stale"), _silence(account, cadence, now), stale_on, 0.0)
    if due and due <= today + AHEAD:
        return Matter("neutral", _("Check-in"), _planned_sentence(account, now), due, 0.0)
    return None


def _due_sentence(late: int) -> str:
    if not late:
        return _("A check-in is due today")
    return ngettext("A check-in is %(days)d day overdue", "A check-in is %(days)d days overdue", late) % {"days": late}


def _planned_sentence(account: Account, now: datetime) -> str:
    if account.last_touch_at is None:
        return _("A first check-in is planned")
    days = (now - account.last_touch_at).days
    said = ngettext(
        "Planned; the last contact was %(days)d day ago",
        "Planned; the last contact was %(days)d days ago",
        days,
    )
    return said % {"days": days}


def _silence(account: Account, cadence: Cadence | None, now: datetime) -> str:
    """ "No two-way contact for 41 days; tier A allows 30"."""
    days = days_silent(account, now=now) or 0
    silent = ngettext("No two-way contact for %(days)d day", "No two-way contact for %(days)d days", days)
    if account.last_touch_at is None:
        silent = ngettext("No contact in %(days)d day as a customer", "No contact in %(days)d days as a customer", days)
    said = silent % {"days": days}
    return f"{said}; {_allowed(account, cadence)}" if cadence else said


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


def _line(account: Account, matter: Matter, contact: Contact | None) -> DayLine:
    return DayLine(
        key=f"touchpoints:{account.pk}",
        account=account,
        state=matter.state,
        word=matter.word,
        sentence=matter.sentence,
        action=_("Log call"),
        due_on=matter.due_on,
        weight=matter.weight,
        contact=contact,
    )
