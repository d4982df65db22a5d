"""Appointments on My day: those one takes part in, from what waits to be told up to three weeks ahead."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.registry import DayLine
from kam.core import wording
from kam.people.principal import Principal
from touchpoints.appointments import appointments
from touchpoints.day import AHEAD
from touchpoints.models import Touchpoint, TouchpointStaff
from touchpoints.selectors import with_names

MOST = 200


def appointment_lines(principal: Principal, now: datetime) -> Sequence[DayLine]:
    """A line for each, on the day that it is to the reader; one query."""
    present = TouchpointStaff.objects.visible_to(principal).filter(user=principal.user_id).values("touchpoint_id")
    found = appointments(principal).filter(pk__in=present, occurred_at__lt=now + AHEAD)
    found = with_names(found.select_related("account")).order_by("occurred_at", "id")
    return [_line(one, now) for one in found[:MOST]]


def _line(one: Touchpoint, now: datetime) -> DayLine:
    at = timezone.localtime(one.occurred_at)
    is_near = at.date() <= timezone.localtime(now).date()
    address = "touchpoint_complete" if is_near else "touchpoint_edit"
    return DayLine(
        key=f"appointment:{one.pk}",
        account=one.account,
        state="amber" if is_near else "neutral",
        word=_("Appointment"),
        sentence=_sentence(one, at, now),
        action=_("Took place") if is_near else _("Change"),
        due_on=at.date(),
        weight=-at.timestamp() / 1e12,  # after what is stale and due, by the clock
        href=reverse(address, args=[one.pk]),
        at=at,
    )


def _sentence(one: Touchpoint, at: datetime, now: datetime) -> str:
    """ "14:30 · Quarterly review · Phone · Ana Ito"; what is past asks what became of it."""
    what = [one.subject or one.type.name, one.channel.name, ", ".join(one.contact_names)]  # type: ignore[attr-defined]
    words = " · ".join([date_format(at, "H:i"), *filter(None, what)])
    if one.occurred_at > now:
        return words
    return _("%(ago)s, %(appointment)s: what became of it?") % {
        "ago": wording.relative(one.occurred_at, now=now).capitalize(),
        "appointment": words,
    }
