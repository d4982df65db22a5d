"""What the menus of check-ins offer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.days import reporting_day

register = template.Library()


@dataclass(frozen=True)
class Offered:
    label: str | Promise
    on: date


@register.simple_tag
def days_offered(now: datetime) -> list[Offered]:
    """Tomorrow, and the Monday after where that is another day: most of what people choose."""
    today = reporting_day(now)
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    offered = [Offered(_("Tomorrow"), tomorrow), Offered(_("Next week"), monday)]
    return offered[:1] if monday == tomorrow else offered
