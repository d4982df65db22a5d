"""Which cadence applies to an account, and on which days its check-ins fall."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Account, Segment
from tests.touchpoints.build import (
    at,
    check_ins,
    customer,
    flags,
    open_check_in,
    open_flag,
    remove,
    settle,
    shape,
    touch,
)
from touchpoints.models import AccountCadence, CadencePolicy, CheckIn

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lifecycle", ["prospect", "lost"])
def test_prospects_and_lost_have_no_cadence(lifecycle: str) -> None:
    account = customer(lifecycle=lifecycle)
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-06-01")
    assert account.last_touch_at == at("2026-01-05 09:00")
    assert (account.stale_at, check_ins(account), flags(account)) == (None, [], [])


@pytest.mark.parametrize("lifecycle", ["prospect", "lost"])
def test_prospects_and_lost_keep_a_cadence_given_by_name(lifecycle: str) -> None:
    account = customer(lifecycle=lifecycle)
    AccountCadence(account=account, ideal_days=7, maximum_days=10).save(force_insert=True)
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-06-01")
    assert account.stale_at == at("2026-01-15 09:00")
    assert shape(account) == [("2026-01-05", "2026-01-12", "open")]
    assert open_flag(account) is not None


def test_losing_a_customer_cancels_and_regaining_reopens_the_same() -> None:
    account = customer()
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-03-01")
    check_in, flag = open_check_in(account), open_flag(account)
    rows = Account.objects.all_for_system(reason="tests").filter(pk=account.pk)
    rows.update(lifecycle="lost")
    settle(account, "2026-03-02")
    (cancelled,), (closed,) = check_ins(account), flags(account)
    assert (cancelled.status, cancelled.fulfilled_by_id, closed.closed_by_touchpoint_id) == ("cancelled", None, None)
    assert closed.closed_at == at("2026-03-02")
    rows.update(lifecycle="active")
    settle(account, "2026-03-03")
    assert (open_check_in(account).pk, open_flag(account).pk) == (check_in.pk, flag.pk)


def test_undo_while_no_cadence_applies_leaves_nothing_done() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    newer = touch(account, "2026-03-10 09:00")
    settle(account, "2026-03-10 10:00")
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(lifecycle="lost")
    settle(account, "2026-03-10 11:00")
    remove(newer)
    settle(account, "2026-03-10 12:00")
    assert shape(account) == [("2026-03-02", "2026-03-16", "cancelled")]


def test_skipped_check_in_stays_skipped_until_the_next_contact() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    CheckIn.objects.all_for_system(reason="tests").filter(account=account).update(
        status="skipped", skip_reason="On leave", closed_at=at("2026-03-03")
    )
    assert settle(account, "2026-03-04").total == 0
    touch(account, "2026-03-10 09:00")
    settle(account, "2026-03-10 10:00")
    assert shape(account) == [("2026-03-02", "2026-03-16", "skipped"), ("2026-03-10", "2026-03-24", "open")]


def test_own_beats_segment_beats_tier_beats_default() -> None:
    segment = Segment.objects.create(name="Banks")
    account = customer("", segment=segment)
    touch(account, "2026-03-02 09:00")

    def maximum() -> int:
        settle(account, "2026-03-02 10:00")
        return (account.stale_at - account.last_touch_at).days

    assert maximum() == 120
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(tier="A")
    assert maximum() == 30
    CadencePolicy.objects.create(segment=segment, ideal_days=5, maximum_days=45)
    assert maximum() == 45
    AccountCadence(account=account, ideal_days=3, maximum_days=200).save(force_insert=True)
    assert maximum() == 200
    assert open_check_in(account).due_on == date(2026, 3, 5)


def test_other_purposes_do_not_disturb_the_operational_one() -> None:
    CadencePolicy.objects.filter(purpose="business_review", tier="A").update(ideal_days=1, maximum_days=2)
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    assert account.stale_at == at("2026-04-01 09:00")
    assert [c.purpose for c in check_ins(account)] == ["operational"]


def test_check_in_falls_on_a_working_day() -> None:
    account = customer()
    touch(account, "2026-03-07 09:00")  # a Saturday; so is the day 14 days on
    settle(account, "2026-03-07 10:00")
    assert open_check_in(account).due_on == date(2026, 3, 23)
    AccountCadence(account=account, ideal_days=14, maximum_days=30, working_days=[6]).save(force_insert=True)
    settle(account, "2026-03-07 11:00")
    assert open_check_in(account).due_on == date(2026, 3, 21)


@pytest.mark.parametrize(
    ("zone", "period", "due"),
    [
        ("UTC", "2026-03-02", "2026-03-16"),
        ("Europe/Rome", "2026-03-03", "2026-03-17"),
        ("America/New_York", "2026-03-02", "2026-03-16"),
    ],
)
def test_dates_are_those_of_the_reporting_zone(settings: Any, zone: str, period: str, due: str) -> None:
    settings.REPORTING_ZONE = zone
    account = customer()
    touch(account, "2026-03-02 23:30")
    settle(account, "2026-03-03 10:00")
    assert shape(account) == [(period, due, "open")]


def test_same_local_date_across_midnight_utc(settings: Any) -> None:
    """20:00 and 23:30 of one Rome evening and 22:30 UTC between them are one date there, two in UTC."""
    settings.REPORTING_ZONE = "America/New_York"
    account = customer()
    touch(account, "2026-03-02 22:00")
    settle(account, "2026-03-02 22:01")
    touch(account, "2026-03-03 03:00")  # still the evening of the 2nd in New York
    settle(account, "2026-03-03 03:01")
    assert shape(account) == [("2026-03-02", "2026-03-16", "open")]
