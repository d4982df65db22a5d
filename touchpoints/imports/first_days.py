"""First check-ins of imported customers, spread: three hundred on one day are three hundred that nobody keeps."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.imports.first_days import Lines
from accounts.models import Account
from touchpoints.enums import Purpose
from touchpoints.models import CadencePolicy

# The golden ratio: multiples of it, less their whole part, fill the space from 0 to 1 evenly, however many there are.
GOLDEN = 0.618033988749895


@dataclass(frozen=True)
class Rhythm:
    """`ideal_days` of everyday contact; no purpose of the account is due within `room_days` of its first day."""

    ideal_days: int
    room_days: int
    working_days: tuple[int, ...]

    def first_days(self, today: date) -> list[date]:
        """From which silence may count: each check-in falls on a working day, the last one no later than without.

        The first one may be tomorrow, but where another purpose has a shorter interval: then so much later.
        """
        days = [today - timedelta(days=ago) for ago in reversed(range(self.room_days))]
        return [day for day in days if (day + timedelta(days=self.ideal_days)).isoweekday() in self.working_days]


def spread(lines: Lines, today: date) -> None:
    """Each owner's customers of one rhythm in turn, evenly. None is stale by it, none due later than without.

    They are one chunk of a file, and an owner may have few in each: so every chunk begins elsewhere, by the number
    of its line, and all of them together are spread, too.
    """
    policies = {(one.purpose, one.segment_id, one.tier): one for one in CadencePolicy.objects.all()}
    alike: dict[tuple[UUID | None, Rhythm], list[tuple[int, Account]]] = defaultdict(list)
    for line, account in lines:
        if rhythm := _rhythm_of(account, policies):
            alike[account.owner_id, rhythm].append((line, account))
    for (_owner_id, rhythm), those in alike.items():
        days = rhythm.first_days(today) or [today]
        begin = those[0][0] * GOLDEN % 1
        for place, (_line, account) in enumerate(those):
            account.silence_from_on = days[int((place + begin) / len(those) * len(days))]


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
