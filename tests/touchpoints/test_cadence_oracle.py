"""Any story of one account, told by services and by settings, in any order: all that is open equals the oracle's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AccountMember
from tests.factories import SYSTEM, make_user
from tests.touchpoints.build import customer, open_check_in, open_flag, settle, sponsor, state
from tests.touchpoints.oracle import PURPOSES, Oracle, Touch
from touchpoints.models import AccountCadence, CadencePolicy, Channel, CheckIn, Touchpoint, TouchpointType
from touchpoints.services.amending import amend_touchpoint
from touchpoints.services.check_ins import reschedule_check_in, resume_check_in, skip_check_in
from touchpoints.services.drift import drifted
from touchpoints.services.touchpoints import log_touchpoint, remove_touchpoint

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, tzinfo=UTC)
ZONE = "Pacific/Auckland"
WHY = {"reason": "tests"}
TIERS = ["A", "B", "C", "D", ""]

moments = st.integers(0, 400 * 48).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))
kinds = st.sampled_from(["check_in", "business_review", "billing"])
touches = st.builds(Touch, moments, kinds, st.sampled_from(["two_way", "inbound", "outbound"]), st.booleans())
purposes = st.sampled_from(PURPOSES)
intervals = st.tuples(st.integers(1, 60), st.integers(60, 200))
steps = st.one_of(
    st.tuples(st.just("log"), touches),
    st.tuples(st.just("log"), touches),
    st.tuples(st.just("amend"), st.integers(0, 9), touches),
    st.tuples(st.just("remove"), st.integers(0, 9)),
    st.tuples(st.just("change"), st.just("tier"), st.sampled_from(TIERS)),
    st.tuples(st.just("change"), st.just("lifecycle"), st.sampled_from(["active", "onboarding", "prospect", "lost"])),
    st.tuples(st.just("owner")),
    st.tuples(st.just("policy"), purposes, st.sampled_from(["A", "B"]), intervals),
    st.tuples(st.just("own"), purposes, st.none() | intervals),
    st.tuples(st.just("sponsor"), st.booleans()),
    st.tuples(st.just("reschedule"), purposes, st.integers(0, 40)),
    st.tuples(st.just("skip"), purposes),
    st.tuples(st.just("resume"), purposes),
    st.tuples(st.just("wait"), st.integers(1, 90)),
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    tier=st.sampled_from(TIERS),
    since=st.none() | st.dates(date(2025, 6, 1), date(2026, 6, 1)),
    story=st.lists(steps, min_size=1, max_size=10),
)
def test_all_purposes_follow_the_rule_after_every_step(tier: str, since: date | None, story: list[tuple]) -> None:
    django_settings.REPORTING_ZONE, before = ZONE, django_settings.REPORTING_ZONE
    try:
        with transaction.atomic():  # the policies of one story are not those of the next
            _tell(Told(tier, since), story)
            transaction.set_rollback(True)
    finally:
        django_settings.REPORTING_ZONE = before


def _tell(told: "Told", story: list[tuple]) -> None:
    for step, *values in story:
        getattr(told, step)(*values)
        told.compare()
    assert settle(told.account, told.now).total == 0
    assert drifted([told.account.pk], now=told.now) == []


class Told:
    """The story as it happens to the product and to the oracle."""

    def __init__(self, tier: str, since: date | None) -> None:
        self.oracle, self.now = Oracle(tier, since, ZONE), START + timedelta(days=401)
        self.account, self.chief, self.other = customer(tier, since and str(since)), make_user(), make_user()
        self.member = sponsor(self.account, self.chief)
        self.logged: list[Touchpoint] = []
        settle(self.account, self.now)

    def compare(self) -> None:
        settle(self.account, self.now)
        for purpose in PURPOSES:
            check_in, flag = open_check_in(self.account, purpose), open_flag(self.account, purpose)
            pulse = (self.account.last_touch_at, self.account.stale_at)
            found = {
                "pulse": pulse if purpose == "operational" else state(self.account, purpose),
                "check-in": check_in and (check_in.period_on, check_in.due_on),
                "flag": flag and (flag.anchor_at, flag.stale_at),
            }
            assert found == {
                "pulse": self.oracle.pulse(purpose),
                "check-in": self.oracle.open_check_in(purpose),
                "flag": self.oracle.open_flag(purpose, self.now),
            }, purpose

    def _fields(self, touch: Touch) -> dict[str, Any]:
        return {
            "type": TouchpointType.objects.get(key=touch.type),
            "direction": touch.direction,
            "occurred_at": touch.at,
            "staff": [self.chief if touch.with_sponsor else self.other],
        }

    def _at(self, index: int, act: Callable[[int], None]) -> None:
        if self.logged:
            act(index % len(self.logged))

    def log(self, touch: Touch) -> None:
        phone = Channel.objects.get(key="phone")
        logged = log_touchpoint(by=SYSTEM, now=self.now, account=self.account, channel=phone, **self._fields(touch))
        self.logged.append(logged.touchpoint)
        self.oracle.touches.append(touch)

    def amend(self, index: int, touch: Touch) -> None:
        def act(at: int) -> None:
            amend_touchpoint(by=SYSTEM, now=self.now, touchpoint=self.logged[at], **self._fields(touch))
            former, self.oracle.touches[at] = self.oracle.touches[at].at, touch
            self.oracle.forget([former])

        self._at(index, act)

    def remove(self, index: int) -> None:
        def act(at: int) -> None:
            remove_touchpoint(by=SYSTEM, now=self.now, touchpoint=self.logged.pop(at))
            self.oracle.forget([self.oracle.touches.pop(at).at])

        self._at(index, act)

    def change(self, name: str, value: str) -> None:
        Account.objects.all_for_system(**WHY).filter(pk=self.account.pk).update(**{name: value})
        setattr(self.oracle, name, value)
        self.oracle.forget([])

    def owner(self) -> None:
        Account.objects.all_for_system(**WHY).filter(pk=self.account.pk).update(owner=make_user())

    def policy(self, purpose: str, tier: str, days: tuple[int, int]) -> None:
        CadencePolicy.objects.update_or_create(
            purpose=purpose, tier=tier, segment=None, defaults={"ideal_days": days[0], "maximum_days": days[1]}
        )
        self.oracle.policies[purpose][tier] = days
        self.oracle.forget([])

    def own(self, purpose: str, days: tuple[int, int] | None) -> None:
        AccountCadence.objects.all_for_system(**WHY).filter(account=self.account, purpose=purpose).delete()
        self.oracle.own.pop(purpose, None)
        if days:
            given = {"purpose": purpose, "ideal_days": days[0], "maximum_days": days[1]}
            AccountCadence(account=self.account, **given).save(force_insert=True)
            self.oracle.own[purpose] = days
        self.oracle.forget([])

    def sponsor(self, is_one: bool) -> None:
        role = "executive_sponsor" if is_one else "technical"
        AccountMember.objects.all_for_system(**WHY).filter(pk=self.member.pk).update(role=role)
        self.oracle.has_sponsor = is_one
        self.oracle.forget([])

    def reschedule(self, purpose: str, days: int) -> None:
        planned = open_check_in(self.account, purpose)
        if planned is None:
            return
        day = self.oracle.local(self.now) + timedelta(days=days)
        reschedule_check_in(by=SYSTEM, now=self.now, check_in=planned, due_on=day)
        self.oracle.decide(purpose).day = day

    def skip(self, purpose: str) -> None:
        if planned := open_check_in(self.account, purpose):
            skip_check_in(by=SYSTEM, now=self.now, check_in=planned, reason="Fair")
            self.oracle.decide(purpose).skipped = True

    def resume(self, purpose: str) -> None:
        skipped = CheckIn.objects.all_for_system(**WHY).filter(account=self.account, purpose=purpose, status="skipped")
        for check_in in skipped.filter(period_on=self.oracle.period(purpose)):
            resume_check_in(by=SYSTEM, now=self.now, check_in=check_in)
            self.oracle.decisions[purpose, check_in.period_on].skipped = False

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
