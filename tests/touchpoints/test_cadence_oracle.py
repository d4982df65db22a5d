"""Any story of one account, told through the services, in any order: all that follows equals the oracles'."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.touchpoints.oracle import PURPOSES, Touch
from tests.touchpoints.story import HALF_HOURS, START, Story

pytestmark = pytest.mark.django_db
TIERS = ["A", "B", "C", "D", ""]
LIFECYCLES = ["active", "onboarding", "prospect", "lost"]


def step(name: str, *values: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(st.just(name), *values)


moments = st.integers(0, HALF_HOURS).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))
kinds = st.sampled_from(["check_in", "business_review", "billing"])
touches = st.builds(Touch, moments, kinds, st.sampled_from(["two_way", "inbound", "outbound"]), st.booleans())
which = st.integers(0, 9)
purposes = st.sampled_from(PURPOSES)
intervals = st.tuples(st.integers(1, 60), st.integers(60, 200))
dates = st.none() | st.dates(date(2025, 6, 1), date(2026, 6, 1))
edits = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.sampled_from(TIERS),
        "lifecycle": st.sampled_from(LIFECYCLES),
        "customer_since": dates,
        "silence_from_on": dates,
        "segment": st.booleans(),
    },
)
touchpoints = st.one_of(
    step("log", touches),
    step("amend", which, touches),
    step("remove", which),
    step("remove", which),
    step("restore", which),
    step("restore", which),
    step("plan", st.integers(1, 400), touches),
    step("complete", which, st.none() | moments),
    step("end", st.sampled_from(["cancel", "no_show"]), which),
    step("reopen", which),
)
lives = st.sampled_from(["active", "onboarding", "prospect", "lost", "lost"]).map(lambda life: {"lifecycle": life})
cadences = st.one_of(
    step("edit", edits),
    step("edit", lives),
    step("edit", lives),
    step("owner", st.booleans()),
    step("sponsor", st.sampled_from(["executive_sponsor", "technical", None])),
    step("policy", st.just("operational"), st.just("its"), intervals),
    step("policy", st.just("operational"), st.just("its"), intervals),
    step("policy", purposes, st.sampled_from(["its", "its", "its", "A", "", "banks"]), st.none() | intervals),
    step("own", purposes, st.none() | intervals),
)
check_ins = st.one_of(
    step("plan_by_hand", purposes, st.integers(0, 40)),
    step("reschedule", purposes, st.none() | st.integers(0, 40)),
    step("skip", purposes),
    step("resume", purposes, which),
    step("wait", st.integers(1, 90)),
)
steps = st.one_of(touchpoints, cadences, check_ins)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tier=st.sampled_from(TIERS),
    lifecycle=st.sampled_from(["active", *LIFECYCLES]),
    since=dates,
    before=st.lists(touches, min_size=1, max_size=3),
    story=st.lists(steps, min_size=6, max_size=10),
)
def test_everything_follows_the_rules_after_every_step(
    tier: str, lifecycle: str, since: date | None, before: list[Touch], story: list[tuple]
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, transaction.atomic():
        told = Story(monkeypatch, tier, lifecycle, since)
        for touch in before:
            told.log(touch)
        told.check()
        for name, *values in story:
            told.tell(name, *values)
        transaction.set_rollback(True)  # the policies of one story are not those of the next
