"""What is arranged with an account: its panel on the account page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Account
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Touchpoint
from touchpoints.selectors import touchpoints, with_names
from touchpoints.services.rules import may_amend

SHOWN = 10


@dataclass(frozen=True)
class Appointment:
    """`is_due`: its time has come, and nobody said what became of it."""

    touchpoint: Touchpoint
    is_due: bool
    may_amend: bool


def appointments(principal: Principal) -> QuerySet[Touchpoint]:
    """Every appointment that waits, at the accounts that `principal` sees."""
    return touchpoints(principal).filter(status=TouchpointStatus.PLANNED)


def appointments_panel(principal: Principal, account: Account, now: datetime) -> dict[str, Any] | None:
    """The next appointments, those whose time has come first; None where there is none. One query."""
    found = with_names(appointments(principal).filter(account=account)).order_by("occurred_at", "id")[:SHOWN]
    lines = []
    for one in found:
        one.account = account
        mine = may_amend(principal, one, staff_ids=one.staff_ids)  # type: ignore[attr-defined]
        lines.append(Appointment(one, one.occurred_at <= now, mine))
    return {"appointments": lines} if lines else None
