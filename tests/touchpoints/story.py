"""A story of one account as it happens to the product, through its services, and to the oracle."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.census import Kind, census, turned
from accounts.models import Account, Segment
from accounts.services.accounts import create_account, edit_account
from accounts.services.members import remove_member, set_member
from accounts.services.reassigning import reassign_accounts
from kam.core import clock
from kam.core.errors import DomainError
from kam.outbox import dispatch
from kam.outbox.models import Lane, OutboxMessage
from tests.accounts.census_oracle import expected
from tests.factories import SYSTEM, make_user
from tests.touchpoints.build import WHY, open_check_in, open_flag, state
from tests.touchpoints.lifecycle_oracle import Life
from tests.touchpoints.oracle import PURPOSES, ByHand, Oracle, Touch
from touchpoints.models import CadencePolicy, Channel, CheckIn, Touchpoint, TouchpointType
from touchpoints.services import appointments
from touchpoints.services.amending import amend_touchpoint
from touchpoints.services.cadence_policies import (
    Interval,
    clear_own_cadence,
    create_policy,
    edit_policy,
    remove_policy,
    set_own_cadence,
)
from touchpoints.services.check_ins import plan_check_in, reschedule_check_in, resume_check_in, skip_check_in
from touchpoints.services.drift import drifted
from touchpoints.services.restoring import restore_touchpoint
from touchpoints.services.touchpoints import log_touchpoint, remove_touchpoint
from touchpoints.subscribers import sweep

START = datetime(2026, 1, 5, tzinfo=UTC)
ZONE = "Pacific/Auckland"
HALF_HOURS = 400 * 48  # of which touchpoints are told; the story begins after them
ENDS = {"cancel": "cancelled", "no_show": "no_show"}
Entry = tuple[Touchpoint, Touch]

# A story is told in one transaction, whose history would all be of one time; deleted people tell by it whose they were.
AGED = """
    UPDATE touchpoints_touchpointstaffevent SET pgh_created_at = pgh_created_at - interval '1 hour'
"""


class Story:
    """Every step is a method; `check` compares all there is, without helping the product to be right."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tier: str, lifecycle: str, since: date | None) -> None:
        monkeypatch.setattr(settings, "REPORTING_ZONE", ZONE)
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        self.now = START + timedelta(days=200)
        since = None if lifecycle == "prospect" else since
        self.oracle = Oracle(tier, since, ZONE, Life("", self.now.date()))
        self.oracle.life = Life.begin(lifecycle, since, self.oracle.local(self.now))
        self.chief, self.other = make_user(), make_user()
        self.banks = Segment.objects.create(name="Banks of the story")
        self.account = create_account(
            by=SYSTEM, now=self.now, name="Acme", tier=tier, lifecycle=lifecycle, customer_since=since
        )
        self.logged: list[Entry] = []
        self.removed: list[Entry] = []
        self.by_hand: dict[Any, ByHand] = {}
        self.sponsor("executive_sponsor")
        self.dispatch()
        self.wait(201)

    def tell(self, step: str, *values: Any) -> None:
        former = getattr(self, step)(*values) or ()
        self.oracle.forget(former)
        self.dispatch()
        self.check()

    def dispatch(self) -> None:
        """What was asked for is due at once: in one transaction the dispatcher's clock stands still."""
        waiting = OutboxMessage.objects.filter(done_at=None)
        if waiting.update(available_at=START):
            dispatch.run(Lane.DB)
        assert list(waiting.values_list("topic", "last_error")) == []

    # What must be so after every step

    def check(self) -> None:
        account = Account.objects.all_for_system(**WHY).get(pk=self.account.pk)
        for purpose in PURPOSES:
            check_in, flag = open_check_in(account, purpose), open_flag(account, purpose)
            pulse = (account.last_touch_at, account.stale_at)
            found = {
                "pulse": pulse if purpose == "operational" else state(account, purpose),
                "check-in": check_in and (check_in.period_on, check_in.due_on),
                "flag": flag and (flag.anchor_at, flag.stale_at),
            }
            right = {
                "pulse": self.oracle.pulse(purpose),
                "check-in": self.oracle.open_check_in(purpose),
                "flag": self.oracle.open_flag(purpose, self.now),
            }
            assert found == right, (purpose, found, right)
        assert drifted([account.pk], now=self.now) == []
        self._check_census()

    def _check_census(self) -> None:
        told = self.oracle.life.told(self.oracle.first_touch())
        today = self.oracle.local(self.now)
        days = {day for _kind, turn in told for day in (turn, turn - timedelta(days=1))} | {today}
        for since, on in [(None, day) for day in sorted(days)] + [(min(days), today)]:
            found, right = census(SYSTEM, on=on, since=since), expected([told], since, on)
            assert {name: getattr(found, name) for name in right} == right, (since, on)
        assumed = sum(event.assumed for event in self.oracle.life.events)
        assert census(SYSTEM, on=today).assumed == assumed
        for kind in {kind for kind, _turn in told}:
            listed = turned(SYSTEM, kind=Kind(kind), since=date(1900, 1, 1), on=today)
            assert Account.objects.visible_to(SYSTEM).filter(pk__in=listed).exists() == any(
                one == kind and turn <= today for one, turn in told
            )

    # Touchpoints

    def _fields(self, touch: Touch) -> dict[str, Any]:
        return {
            "type": TouchpointType.objects.get(key=touch.type),
            "direction": touch.direction,
            "occurred_at": touch.at,
            "staff": [self.chief if touch.with_sponsor else self.other],
        }

    def log(self, touch: Touch) -> None:
        phone = Channel.objects.get(key="phone")
        more = {"account": self.account, "channel": phone, "status": touch.status, **self._fields(touch)}
        touchpoint = log_touchpoint(by=SYSTEM, now=self.now, **more).touchpoint
        touch.planned_for = touch.at if touch.status == "planned" else None
        self.logged.append((touchpoint, touch))
        self.oracle.touches.append(touch)

    def plan(self, ahead: int, touch: Touch) -> None:
        touch.at, touch.status = self.now + timedelta(minutes=30 * ahead), "planned"
        self.log(touch)

    def amend(self, index: int, new: Touch) -> Iterable[datetime]:
        if not self.logged:
            return ()
        touchpoint, touch = self.logged[index % len(self.logged)]
        if touch.status == "planned":  # still lies ahead
            new.at = self.now + (new.at - START) / 100 + timedelta(minutes=30)
        amend_touchpoint(by=SYSTEM, now=self.now, touchpoint=touchpoint, **self._fields(new))
        former = touch.at
        touch.at, touch.type, touch.direction, touch.with_sponsor = new.at, new.type, new.direction, new.with_sponsor
        if touch.status != "completed":
            touch.planned_for = touch.at
        return [former]

    def remove(self, index: int) -> Iterable[datetime]:
        if not self.logged:
            return ()
        touchpoint, touch = self.logged.pop(index % len(self.logged))
        with connection.cursor() as cursor:
            cursor.execute(AGED)
        remove_touchpoint(by=SYSTEM, now=self.now, touchpoint=touchpoint)
        self.removed.append((touchpoint, touch))
        self.oracle.touches.remove(touch)
        return [touch.at]

    def restore(self, index: int) -> None:
        if not self.removed:
            return
        touchpoint, touch = self.removed.pop(index % len(self.removed))
        restored = restore_touchpoint(by=SYSTEM, now=self.now, touchpoint_id=touchpoint.pk)
        self.logged.append((restored, touch))
        self.oracle.touches.append(touch)

    # Appointments

    def _appointment(self, index: int, *statuses: str) -> Entry | None:
        mine = [entry for entry in self.logged if entry[1].planned_for and entry[1].status in statuses]
        return mine[index % len(mine)] if mine else None

    def complete(self, index: int, at: datetime | None) -> Iterable[datetime]:
        if not (found := self._appointment(index, "planned")):
            return ()
        touchpoint, touch = found
        changes = {"occurred_at": at} if at else {}
        appointments.complete_touchpoint(by=SYSTEM, now=self.now, touchpoint=touchpoint, **changes)
        former, touch.at, touch.status = touch.at, at or min(touch.at, self.now), "completed"
        return [former]

    def end(self, how: str, index: int) -> Iterable[datetime]:
        if not (found := self._appointment(index, "planned")):
            return ()
        touchpoint, touch = found
        act = appointments.cancel_touchpoint if how == "cancel" else appointments.record_no_show
        with _refused("in_future", how == "no_show" and touch.at > self.now + timedelta(minutes=5)) as refused:
            act(by=SYSTEM, now=self.now, touchpoint=touchpoint)
        if refused:
            return ()
        touch.status = ENDS[how]
        return [touch.at]

    def reopen(self, index: int) -> Iterable[datetime]:
        if not (found := self._appointment(index, "completed", "cancelled", "no_show")):
            return ()
        touchpoint, touch = found
        appointments.reopen_touchpoint(by=SYSTEM, now=self.now, touchpoint=touchpoint)
        assert touch.planned_for
        former, touch.at, touch.status = touch.at, touch.planned_for, "planned"
        return [former]

    # The account and its cadence

    def edit(self, changes: dict[str, Any]) -> None:
        """A prospect has no customer_since; what is refused changes nothing."""
        life, oracle = self.oracle.life, self.oracle
        lifecycle = changes.get("lifecycle", life.lifecycle)
        if lifecycle == "prospect":
            changes = changes | {"customer_since": None}
        if "segment" in changes:
            changes = changes | {"segment": self.banks if changes["segment"] else None}
        with _refused("was_customer", not life.may_become(lifecycle)) as refused:
            edit_account(by=SYSTEM, now=self.now, account=self.account, changes=changes)
        if refused:
            return
        oracle.tier = changes.get("tier", oracle.tier)
        oracle.segment = ("banks" if changes["segment"] else "") if "segment" in changes else oracle.segment
        if "customer_since" in changes and changes["customer_since"] != oracle.since:
            oracle.since = changes["customer_since"]
        oracle.silence_from = changes.get("silence_from_on", oracle.silence_from)
        life.turn(lifecycle, oracle.since, oracle.local(self.now))

    def owner(self, anybody: bool) -> None:
        owner = self.other if anybody else None
        reassign_accounts(by=SYSTEM, now=self.now, account_ids=[self.account.pk], owner=owner)

    def sponsor(self, role: str | None) -> None:
        if role:
            set_member(by=SYSTEM, now=self.now, account=self.account, user=self.chief, role=role)  # type: ignore[arg-type]
        else:
            remove_member(by=SYSTEM, account=self.account, user=self.chief)
        self.oracle.has_sponsor = role == "executive_sponsor"

    def policy(self, purpose: str, whom: str, days: tuple[int, int] | None) -> None:
        """Of a segment or tier, or of what is "its" by now."""
        policies = self.oracle.policies[purpose]
        whom = (self.oracle.segment or self.oracle.tier) if whom == "its" else whom
        segment, tier = (self.banks, "") if whom == "banks" else (None, whom)
        policy = CadencePolicy.objects.filter(purpose=purpose, tier=tier, segment=segment).first()
        assert (policy is not None) == (whom in policies)
        if days is None and policy:
            remove_policy(by=SYSTEM, policy=policy)
            del policies[whom]
        elif days and policy:
            edit_policy(by=SYSTEM, policy=policy, interval=Interval(*days))
        elif days:
            create_policy(by=SYSTEM, purpose=purpose, interval=Interval(*days), tier=tier, segment=segment)
        if days:
            policies[whom] = days

    def own(self, purpose: str, days: tuple[int, int] | None) -> None:
        if days:
            given = {"account": self.account, "purpose": purpose, "interval": Interval(*days)}
            set_own_cadence(by=SYSTEM, now=self.now, **given)
            self.oracle.own[purpose] = days
        elif self.oracle.own.pop(purpose, None):
            clear_own_cadence(by=SYSTEM, account=self.account, purpose=purpose)

    # Check-ins

    def plan_by_hand(self, purpose: str, days: int) -> None:
        day, period = self.oracle.local(self.now) + timedelta(days=days), self.oracle.last(purpose)
        with _refused("check_in_open", self.oracle.open_check_in(purpose) is not None) as refused:
            made = plan_check_in(by=SYSTEM, now=self.now, account=self.account, due_on=day, purpose=purpose)
        if not refused:
            yesterday = self.oracle.local(self.now) - timedelta(days=1)
            self.by_hand[made.pk] = ByHand(self.oracle.local(period) if period else yesterday, day)
            self.oracle.by_hand[purpose].append(self.by_hand[made.pk])

    def reschedule(self, purpose: str, days: int | None) -> None:
        chosen, planned = self.oracle.chosen(purpose), open_check_in(self.account, purpose)
        if not (chosen and planned):
            return
        day = None if days is None else self.oracle.local(self.now) + timedelta(days=days)
        with _refused("due_on_missing", day is None and isinstance(chosen, ByHand)) as refused:
            reschedule_check_in(by=SYSTEM, now=self.now, check_in=planned, due_on=day)
        if not refused:
            chosen.day = day  # type: ignore[assignment]

    def skip(self, purpose: str) -> None:
        chosen, planned = self.oracle.chosen(purpose), open_check_in(self.account, purpose)
        if chosen and planned:
            skip_check_in(by=SYSTEM, now=self.now, check_in=planned, reason="Fair")
            chosen.skipped = True

    def resume(self, purpose: str, index: int) -> None:
        mine = CheckIn.objects.all_for_system(**WHY).filter(account=self.account, purpose=purpose)
        if skipped := list(mine.filter(status="skipped").order_by("id")):
            check_in = skipped[index % len(skipped)]
            resume_check_in(by=SYSTEM, now=self.now, check_in=check_in)
            chosen = self.by_hand.get(check_in.pk) or self.oracle.decisions[purpose, check_in.period_on]
            chosen.skipped = False

    def wait(self, days: int) -> None:
        before, self.now = self.now, self.now + timedelta(days=days)
        sweep(before, self.now)


class _refused(AbstractContextManager["_refused"]):  # noqa: N801  reads as pytest.raises does
    """The block is refused with this code exactly where it must be; true afterwards where it was."""

    def __init__(self, code: str, must: bool) -> None:
        self.code, self.must = code, must

    def __bool__(self) -> bool:
        return self.must

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if self.must:
            assert isinstance(error, DomainError), f"{self.code} was not refused"
            assert error.code == self.code
        return self.must
