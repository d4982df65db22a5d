"""What will follow from logging a touchpoint, said before it is saved."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Account
from kam.core import wording
from touchpoints.cadence import due_on, is_stale, local_date
from touchpoints.enums import COUNTED_DIRECTIONS, Purpose
from touchpoints.models import TouchpointType
from touchpoints.standing import Standing


@dataclass(frozen=True)
class Follows:
    """`counts`: it is counted contact; `is_newest`: newer than all others. The rest is how things stand then."""

    counts: bool
    is_newest: bool
    closes_flag: bool
    is_flagged: bool
    check_in_on: date | None


def what_follows(
    account: Account, standing: Standing, *, type: TouchpointType, direction: str, occurred_at: datetime, now: datetime
) -> Follows:
    """The rule of domain.md, "Cadence", for one touchpoint not yet logged."""
    counts = direction in COUNTED_DIRECTIONS and Purpose.OPERATIONAL in type.counts_for
    is_newest = account.last_touch_at is None or occurred_at > account.last_touch_at
    if not (counts and is_newest) or standing.cadence is None:
        return Follows(counts, is_newest, False, standing.is_flagged, standing.check_in_on)
    period = local_date(occurred_at, ZoneInfo(settings.REPORTING_ZONE))
    stays = period == _period(account)
    flagged = is_stale(occurred_at, standing.cadence, as_of=now)
    return Follows(
        counts,
        is_newest,
        closes_flag=standing.is_flagged and not flagged,
        is_flagged=flagged,
        check_in_on=standing.check_in_on if stays else due_on(period, standing.cadence),
    )


def _period(account: Account) -> date | None:
    if account.last_touch_at is not None:
        return local_date(account.last_touch_at, ZoneInfo(settings.REPORTING_ZONE))
    return account.silent_since_on


def sentence(follows: Follows, *, now: datetime) -> str:
    """One line for the dialog: "Closes the stale flag, next check-in 14 Jan"."""
    if not follows.counts:
        return _("Not counted as contact: check-in and flag stay")
    if not follows.is_newest:
        return _("Older than the last contact: check-in and flag stay")
    parts = []
    if follows.closes_flag:
        parts.append(_("closes the stale flag"))
    elif follows.is_flagged:
        parts.append(_("the account is still stale"))
    if follows.check_in_on:
        today = local_date(now, ZoneInfo(settings.REPORTING_ZONE))
        parts.append(_("next check-in %(day)s") % {"day": wording.short_date(follows.check_in_on, today=today)})
    else:
        parts.append(_("no check-in is planned"))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def silence_since(account: Account) -> datetime | None:
    """What silence counts from: the last counted contact, else the first day at 00:00 UTC."""
    if account.last_touch_at is None and account.silent_since_on is not None:
        return datetime.combine(account.silent_since_on, time(), UTC)
    return account.last_touch_at
