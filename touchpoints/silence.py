"""How long nobody spoke, in words: the same whole days on every page, and never "30 days" where 30 are allowed."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kam.core.wording import whole_days


def silence_words(since: datetime, *, allowed: int | None, now: datetime) -> str:
    """ "No two-way contact for 41 days"; "for over 30 days" within the day after the `allowed` ones ran out."""
    days = whole_days(since, now=now)
    apart = (timezone.localtime(now).date() - timezone.localtime(since).date()).days
    if apart < 2:
        return _("Two-way contact yesterday") if apart == 1 else _("Two-way contact today")
    if days == allowed and now - since > timedelta(days=days):
        words = ngettext("No two-way contact for over %(days)d day", "No two-way contact for over %(days)d days", days)
    else:
        words = ngettext("No two-way contact for %(days)d day", "No two-way contact for %(days)d days", days)
    return words % {"days": days}
