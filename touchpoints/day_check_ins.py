"""Check-ins on My day besides one's own operational ones: of other purposes, and those one was asked to do."""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.days import reporting_day
from accounts.models import Account
from accounts.registry import DayLine
from accounts.visibility import EqualsAny
from kam.core import wording
from kam.people.principal import Principal
from touchpoints.day import AHEAD, MORE
from touchpoints.enums import Purpose
from touchpoints.models import CheckIn, StaleFlag
from touchpoints.selectors import mine_to_do, open_check_ins

MOST = 200


def check_in_lines(principal: Principal, now: datetime) -> Sequence[DayLine]:
    """A line for each that is due within three weeks; one query."""
    today = reporting_day(now)
    # An array, so that both halves of the question are index scans; a subquery made it read every open check-in.
    mine_only = Account.objects.visible_to(principal.own_view).values("pk")
    own = Q(EqualsAny(F("account_id"), ArraySubquery(mine_only)))
    asked = Q(assigned_to=principal.user_id) & (~Q(purpose=Purpose.OPERATIONAL) | ~own)
    # Whom nobody ever spoke with wants a first contact before a review.
    known = Q(account__last_touch_at__isnull=False)
    mine = asked | Q(~Q(purpose=Purpose.OPERATIONAL), known, mine_to_do(principal), own)
    flags = StaleFlag.objects.visible_to(principal).filter(
        account=OuterRef("account"), purpose=OuterRef("purpose"), closed_at=None
    )
    found = open_check_ins(principal).filter(mine, due_on__lte=today + AHEAD).annotate(is_stale=Exists(flags))
    return [_line(check_in, principal, today) for check_in in found[:MOST]]


def _line(check_in: CheckIn, principal: Principal, today: date) -> DayLine:
    is_due, is_stale = check_in.due_on <= today, check_in.is_stale  # type: ignore[attr-defined]
    return DayLine(
        key=f"check_in:{check_in.pk}",
        account=check_in.account,
        state="amber" if is_due else "neutral",
        word=_("Stale") if is_stale else _("Check-in"),
        sentence=_sentence(check_in, principal, today),
        action=_("Log call"),
        due_on=check_in.due_on,
        weight=-1.0,  # operational contact of the same state comes first
        record=check_in.pk,
        more=MORE,
    )


def _sentence(check_in: CheckIn, principal: Principal, today: date) -> str:
    due = wording.relative_days((today - check_in.due_on).days)
    words = _("%(purpose)s: due %(when)s") % {"purpose": check_in.get_purpose_display(), "when": due}
    if check_in.assigned_to_id == principal.user_id:
        words = f"{words}; {_('handed over to you')}"
    return words
