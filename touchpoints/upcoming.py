"""The day of the next planned contact, which lists of accounts and the account page show."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min
from django.db.models.functions import TruncDate

from kam.people.principal import Principal
from touchpoints.appointments import appointments
from touchpoints.selectors import open_check_ins


def next_planned(principal: Principal, account_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Account → the day of its next check-in or appointment, whichever is sooner; one query for all."""
    zone = ZoneInfo(settings.REPORTING_ZONE)
    check_ins = open_check_ins(principal).filter(account_id__in=account_ids).order_by()
    arranged = appointments(principal).filter(account_id__in=account_ids).order_by()
    soonest = check_ins.values_list("account_id").annotate(day=Min("due_on"))
    days = soonest.union(
        arranged.values_list("account_id").annotate(day=TruncDate(Min("occurred_at"), tzinfo=zone)), all=True
    )
    found: dict[UUID, date] = {}
    for account_id, day in days:
        found[account_id] = min(day, found.get(account_id, day))
    return found
