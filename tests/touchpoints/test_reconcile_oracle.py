"""However many dates pass: one check-in a period, and undoing all gives back the very first check-in and flag."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.touchpoints.build import check_ins, customer, flags, open_check_in, open_flag, remove, settle, touch
from touchpoints.models import Touchpoint
from touchpoints.services.reconcile import settle_added

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, tzinfo=UTC)


moments = st.integers(0, 400 * 48).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        settle_added([account.pk], now=now)
        assert settle(account, now).total == 0  # what was added alone needed no more
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
