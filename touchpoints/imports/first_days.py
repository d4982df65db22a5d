"""First check-ins of imported customers, spread: three hundred on one day are three hundred that nobody keeps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from uuid import UUID

from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account
from touchpoints.enums import Purpose
from touchpoints.models import CadencePolicy


@dataclass(frozen=True)
class Rhythm:
    """`ideal_days` of everyday contact; no purpose of the account is due within `room_days` of its first day."""

    ideal_days: int
    room_days: int
    working_days: tuple[int, ...]

    def first_days(self, today: date) -> list[date]:
        """From which silence may count: each check-in falls on a working day, the first one tomorrow."""
        days = [today - timedelta(days=ago) for ago in reversed(range(self.room_days))]
        return [day for day in days if (day + timedelta(days=self.ideal_days)).isoweekday() in self.working_days]


def spread(accounts: Sequence[Account], today: date) -> None:
    """Each owner's customers of one rhythm in turn, evenly. None is stale by it, none due later than without."""
    policies = {(one.purpose, one.segment_id, one.tier): one for one in CadencePolicy.objects.all()}
    alike: dict[tuple[UUID | None, Rhythm], list[Account]] = defaultdict(list)
    for account in accounts:
        if rhythm := _rhythm_of(account, policies):
            alike[account.owner_id, rhythm].append(account)
    for (_owner_id, rhythm), those in alike.items():
        days = rhythm.first_days(today) or [today]
        for place, account in enumerate(those, 1):
            account.silence_from_on = days[ceil(place * len(days) / len(those)) - 1]


def _rhythm_of(account: Account, policies: dict[tuple[str, UUID | None, str], CadencePolicy]) -> Rhythm | None:
    """As EFFECTIVE_CADENCE has it (touchpoints/sql.py), for one that is not stored yet; None where none applies."""
    if account.lifecycle not in CUSTOMER_LIFECYCLES:
        return None
    keys = [key for key in ((account.segment_id, ""), (None, account.tier)) if any(key)]
    found = {
        purpose: next((policies[purpose, *key] for key in [*keys, (None, "")] if (purpose, *key) in policies), None)
        for purpose in Purpose.values
    }
    own = found[Purpose.OPERATIONAL]
    room = min((policy.ideal_days for policy in found.values() if policy), default=0)
    return Rhythm(own.ideal_days, room, tuple(own.working_days)) if own else None
