"""Any story of accounts that become one and several again: what plain Python says of it is what there is.

The oracle knows only where each touchpoint is: it goes where its account goes, and comes back with it; what came
later stays. Pulse, flags, timeline, health and census are told anew from that.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.census import census
from accounts.days import reporting_day
from accounts.health import recompute
from accounts.merging.accounts import merge_accounts, undo_merge
from accounts.models import Account, HealthResult, Merge
from accounts.services.accounts import edit_account
from accounts.timeline import account_timeline
from kam.core import clock
from kam.core.errors import Conflict
from kam.people.principal import Principal
from tests.accounts.census_oracle import Told, expected
from tests.factories import make_account, make_touchpoint
from touchpoints.models import StaleFlag, Touchpoint
from touchpoints.services.drift import drifted
from touchpoints.services.planning import plan_accounts
from touchpoints.services.touchpoints import remove_touchpoint

pytestmark = pytest.mark.django_db
SYSTEM = Principal.system("tests")
IDEAL_AND_MAXIMUM = {"A": (14, 30), "B": (30, 60)}
CUSTOMERS = ("active", "onboarding")
Touch = tuple[datetime, int]  # when, and how it ended


@dataclass
class Known:
    """An account as the oracle knows it. `fixed`: the start that counted when it was merged."""

    tier: str
    since: date | None
    created: date
    lifecycle: str = "active"
    touches: dict[UUID, Touch] = field(default_factory=dict)
    turns: list[Told[date]] = field(default_factory=list)
    fixed: date | None = None

    @property
    def last(self) -> datetime | None:
        return max((at for at, _end in self.touches.values()), default=None)

    @property
    def start(self) -> date:
        first = min((reporting_day(at) for at, _end in self.touches.values()), default=self.created)
        return self.since or self.fixed or min(first, self.created)

    @property
    def told(self) -> list[Told[date]]:
        return [("won", self.start), *self.turns]

    def flag(self, now: datetime) -> datetime | None:
        """Where the silence began that is too long now; None: there is none."""
        midnight = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) if self.since else None
        anchor = self.last or midnight
        if anchor is None or self.lifecycle not in CUSTOMERS:
            return None
        return anchor if anchor + timedelta(days=IDEAL_AND_MAXIMUM[self.tier][1]) < now else None

    def readings(self, now: datetime) -> dict[str, float]:
        found = {}
        if self.last is not None and self.lifecycle in CUSTOMERS:
            ideal, maximum = IDEAL_AND_MAXIMUM[self.tier]
            silent = (now - self.last) / timedelta(days=1)
            found["recency"] = 100 * min(1.0, max(0.0, (maximum - silent) / (maximum - ideal)))
        ended = [(25 * (end + 2), 2 ** -((now - at) / timedelta(days=90))) for at, end in self.touches.values()]
        if ended:
            found["sentiment"] = sum(value * weight for value, weight in ended) / sum(weight for _, weight in ended)
        return found


@dataclass
class Done:
    """A merge: who is left of it, and what the absorbed one brought along. `tier`: before and after, where taken."""

    merge: Merge
    survivor: UUID
    gone: Known
    moved: set[UUID]
    tier: tuple[str, str]


def stored(account_id: UUID) -> Account:
    return Account.objects.visible_to(SYSTEM).get(pk=account_id)


class Story:
    def __init__(self, starts: list[tuple[str, int | None]]) -> None:
        self.begun = self.now = clock.now()
        self.known: dict[UUID, Known] = {}
        self.done: list[Done] = []
        for tier, days in starts:
            since = None if days is None else reporting_day(self.now) - timedelta(days=days)
            account = make_account(tier=tier, now=self.now, customer_since=since)
            self.known[account.pk] = Known(tier, since, reporting_day(self.now))

    def pick(self, number: int) -> UUID:
        return list(self.known)[number % len(self.known)]

    def log(self, which: int, days_ago: int, end: int) -> None:
        account_id, at = self.pick(which), self.now - timedelta(days=days_ago)
        made = make_touchpoint(stored(account_id), now=self.now, occurred_at=at, direction="two_way", sentiment_end=end)
        self.known[account_id].touches[made.pk] = at, end

    def remove(self, which: int, number: int) -> None:
        touches = self.known[self.pick(which)].touches
        if touches:
            key = list(touches)[number % len(touches)]
            remove_touchpoint(by=SYSTEM, now=self.now, touchpoint=Touchpoint.objects.visible_to(SYSTEM).get(pk=key))
            del touches[key]

    def live(self, which: int, lifecycle: str) -> None:
        account_id = self.pick(which)
        known = self.known[account_id]
        edit_account(by=SYSTEM, now=self.now, account=stored(account_id), changes={"lifecycle": lifecycle})
        if (known.lifecycle in CUSTOMERS) != (lifecycle in CUSTOMERS):
            known.turns.append(("regained" if lifecycle in CUSTOMERS else "lost", reporting_day(self.now)))
        known.lifecycle = lifecycle

    def merge(self, one: int, other: int, take_tier: bool) -> None:
        survivor, absorbed = self.pick(one), self.pick(other)
        if survivor == absorbed:
            return
        kept, gone = self.known[survivor], self.known.pop(absorbed)
        take = ["tier"] if take_tier else []
        merge = merge_accounts(by=SYSTEM, survivor=stored(survivor), absorbed=stored(absorbed), take=take, now=self.now)
        kept.fixed, gone.fixed = kept.start, gone.start
        self.done.append(Done(merge, survivor, gone, set(gone.touches), (kept.tier, gone.tier if take else kept.tier)))
        kept.tier = self.done[-1].tier[1]
        kept.touches |= gone.touches
        gone.turns.append(("merged", reporting_day(self.now)))
        assert drifted([survivor], now=self.now) == []

    def undo(self, number: int) -> None:
        if not self.done:
            return
        done = self.done[number % len(self.done)]
        if done.survivor not in self.known:
            with pytest.raises(Conflict), transaction.atomic():
                undo_merge(by=SYSTEM, merge=done.merge, now=self.now)
            return
        undo_merge(by=SYSTEM, merge=done.merge, now=self.now)
        self.done.remove(done)
        kept, gone, again = self.known[done.survivor], done.gone, done.merge.absorbed_id
        gone.touches = {key: kept.touches.pop(key) for key in done.moved & set(kept.touches)}
        gone.turns.pop()
        if kept.tier == done.tier[1]:
            kept.tier = done.tier[0]
        self.known[again] = gone
        for account_id in (done.survivor, again):
            if all(other.survivor != account_id for other in self.done):
                self.known[account_id].fixed = None
        assert drifted([done.survivor, again], now=self.now) == []

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def check(self) -> None:
        """As after the sweep, which looks at everything as time passes."""
        ids = list(self.known)
        assert set(Account.objects.visible_to(SYSTEM).values_list("pk", flat=True)) == set(ids)
        plan_accounts(ids, now=self.now)
        recompute(ids, as_of=self.now)
        flags = StaleFlag.objects.visible_to(SYSTEM).filter(closed_at=None, purpose="operational")
        flagged = dict(flags.values_list("account_id", "anchor_at"))
        results = {row.account_id: row.readings for row in HealthResult.objects.visible_to(SYSTEM)}
        for account_id, known in self.known.items():
            account, touches = stored(account_id), known.touches
            shown = [entry.id for entry in account_timeline(SYSTEM, account, limit=100).entries]
            assert shown == sorted(touches, key=lambda key: (touches[key][0], key), reverse=True)
            assert (account.last_touch_at, account.tier) == (known.last, known.tier)
            assert flagged.get(account_id) == known.flag(self.now)
            assert results.get(account_id, {}) == pytest.approx(known.readings(self.now), abs=0.01)
        since, on = reporting_day(self.begun) - timedelta(days=50), reporting_day(self.now)
        told = [known.told for known in [*self.known.values(), *(done.gone for done in self.done)]]
        counted, right = census(SYSTEM, on=on, since=since), expected(told, since, on)
        assert {name: getattr(counted, name) for name in right} == right


some = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("log"), some, st.integers(0, 120), st.integers(-2, 2)),
    st.tuples(st.just("log"), some, st.integers(0, 120), st.integers(-2, 2)),
    st.tuples(st.just("remove"), some, some),
    st.tuples(st.just("live"), some, st.sampled_from(["active", "onboarding", "lost"])),
    st.tuples(st.just("merge"), some, some, st.booleans()),
    st.tuples(st.just("merge"), some, some, st.booleans()),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)


@settings(max_examples=25, deadline=None)
@given(
    starts=st.lists(st.tuples(st.sampled_from("AB"), st.none() | st.integers(0, 200)), min_size=2, max_size=3),
    before=st.lists(st.tuples(some, st.integers(0, 120), st.integers(-2, 2)), max_size=4),
    story=st.lists(steps, min_size=4, max_size=8),
)
def test_everything_follows_from_where_touchpoints_are_after_every_step(
    starts: list[tuple[str, int | None]], before: list[tuple[int, int, int]], story: list[tuple]
) -> None:
    with transaction.atomic():
        told = Story(starts)
        for logged in before:
            told.log(*logged)
        for name, *values in story:
            getattr(told, name)(*values)
            told.check()
        transaction.set_rollback(True)
