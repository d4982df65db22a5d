"""The day of the next planned contact, which lists of accounts and the account page show."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min, QuerySet
from django.db.models.functions import TruncDate

from accounts.prepared import IDS, Prepared
from accounts.visibility import is_any
from kam.people.principal import Principal
from touchpoints.appointments import appointments
from touchpoints.selectors import open_check_ins


def next_planned(principal: Principal, account_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Account → the day of its next check-in or appointment, whichever is sooner; one query for all."""
    found: dict[UUID, date] = {}
    for account_id, day in _DAYS.rows(principal, ZoneInfo(settings.REPORTING_ZONE), account_ids=list(account_ids)):
        found[account_id] = min(day, found.get(account_id, day))
    return found


def _days(principal: Principal, zone: ZoneInfo, *, account_ids: Sequence[UUID]) -> QuerySet[Any, Any]:
    asked = is_any("account_id", account_ids)
    check_ins = open_check_ins(principal).filter(asked).order_by().values_list("account_id")
    arranged = appointments(principal).filter(asked).order_by().values_list("account_id")
    return check_ins.annotate(day=Min("due_on")).union(
        arranged.annotate(day=TruncDate(Min("occurred_at"), tzinfo=zone)), all=True
    )


_DAYS = Prepared(_days, account_ids=IDS)
