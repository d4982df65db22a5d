"""Long stories of one account against a plain-Python account of the rule, written from its words alone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from tests.touchpoints.build import check_ins, customer, flags, open_check_in, open_flag, remove, settle, touch
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, tzinfo=UTC)
IDEAL = {"A": 14, "B": 30, "C": 60, "D": 90, "": 60}
MAXIMUM = {"A": 30, "B": 60, "C": 120, "D": 180, "": 120}
ZONE = "Pacific/Auckland"


@dataclass
class Oracle:
    """What domain.md says, event by event; nothing here knows SQL."""

    tier: str
    since: date | None
    lifecycle: str = "active"
    counted: list[datetime] = field(default_factory=list)

    def anchor(self) -> datetime | None:
        if self.counted:
            return max(self.counted)
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) if self.since else None

    def period(self) -> date | None:
        if self.counted:
            return max(self.counted).astimezone(ZoneInfo(ZONE)).date()
        return self.since

    def due(self) -> date | None:
        if self.period() is None or self.lifecycle in ("prospect", "lost"):
            return None
        day = self.period() + timedelta(days=IDEAL[self.tier])
        return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))

    def stale_at(self) -> datetime | None:
        if self.anchor() is None or self.lifecycle in ("prospect", "lost"):
            return None
        return self.anchor() + timedelta(days=MAXIMUM[self.tier])


moments = st.integers(0, 400 * 48).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))
steps = st.one_of(
    st.tuples(st.just("log"), moments, st.booleans()),
    st.tuples(st.just("log"), moments, st.just(True)),
    st.tuples(st.just("remove"), st.integers(0, 9)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("tier"), st.sampled_from(sorted(IDEAL))),
    st.tuples(st.just("lifecycle"), st.sampled_from(["active", "onboarding", "prospect", "lost"])),
    st.tuples(st.just("wait"), st.integers(1, 90)),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tier=st.sampled_from(sorted(IDEAL)),
    since=st.none() | st.dates(date(2025, 6, 1), date(2026, 6, 1)),
    story=st.lists(steps, min_size=1, max_size=12),
)
def test_what_is_open_follows_the_rule_after_every_step(tier: str, since: date | None, story: list[tuple]) -> None:
    django_settings.REPORTING_ZONE, before = ZONE, django_settings.REPORTING_ZONE
    try:
        _tell(tier, since, story)
    finally:
        django_settings.REPORTING_ZONE = before


def _tell(tier: str, since: date | None, story: list[tuple]) -> None:
    account = customer(tier, str(since) if since else None)
    oracle, now, logged = Oracle(tier, since), START + timedelta(days=400), []
    settle(account, now)
    for step, *values in story:
        if step == "log":
            when, is_counted = values
            logged.append((touch(account, when, direction="two_way" if is_counted else "outbound"), is_counted))
        elif step in ("remove", "undo") and logged:
            gone, _ = logged.pop(values[0] % len(logged) if values else -1)
            remove(gone)
        elif step in ("tier", "lifecycle"):
            setattr(oracle, step, values[0])
            Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(**{step: values[0]})
        elif step == "wait":
            now += timedelta(days=values[0])
        oracle.counted = [touchpoint.occurred_at for touchpoint, is_counted in logged if is_counted]
        settle(account, now)
        _compare(account, oracle, now)
    assert settle(account, now).total == 0


def _compare(account: Account, oracle: Oracle, now: datetime) -> None:
    assert account.last_touch_at == max(oracle.counted, default=None)
    assert account.stale_at == oracle.stale_at()
    planned, flag = open_check_in(account), open_flag(account)
    assert (planned and (planned.period_on, planned.due_on)) == (oracle.due() and (oracle.period(), oracle.due()))
    is_stale = oracle.stale_at() is not None and now > oracle.stale_at()
    assert (flag and (flag.anchor_at, flag.stale_at)) == ((oracle.anchor(), oracle.stale_at()) if is_stale else None)
    assert [c for c in check_ins(account) if c.status == "done" and c.fulfilled_by_id is None] == []


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=moments,
    later=st.lists(moments, max_size=8, unique=True),
    since=st.none() | st.dates(date(2026, 1, 1), date(2026, 9, 1)),
)
def test_each_newer_date_closes_one_check_in_and_undoing_all_restores_the_first(
    first: datetime, later: list[datetime], since: date | None
) -> None:
    account, now = customer("C", since and str(since)), START + timedelta(days=1000)
    touch(account, first)
    settle(account, now)
    check_in, flag = open_check_in(account), open_flag(account)
    periods, newest, logged = [first.date()], first, list[Touchpoint]()
    for when in later:
        logged.append(touch(account, when))
        settle(account, now)
        newest = max(newest, when)
        if newest.date() > periods[-1]:
            periods.append(newest.date())
    assert [(c.period_on, c.status) for c in check_ins(account)] == [
        *((day, "done") for day in periods[:-1]),
        (periods[-1], "open"),
    ]
    for touchpoint in reversed(logged):
        remove(touchpoint)
        settle(account, now)
    # One that hung on customer_since stays where a contact of the very day had taken its period up: it is cancelled.
    left = [(c.pk, c.status, c.due_on) for c in check_ins(account) if c.status != "cancelled"]
    assert left == [(check_in.pk, "open", check_in.due_on)]
    assert [(f.pk, f.closed_at) for f in flags(account)] == [(flag.pk, None)]
