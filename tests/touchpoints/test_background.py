"""What happens without anybody logging: time passes, inputs change, drift is mended."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, HealthDirty
from accounts.services.accounts import create_account, edit_account
from kam.core import clock
from kam.outbox import dispatch, planner
from kam.outbox.models import Lane, OutboxMessage
from tests.personas import SYSTEM
from tests.touchpoints.build import check_ins, customer, flags, open_check_in, open_flag, settle, touch
from touchpoints.services import planning
from touchpoints.services.planning import flag_stale

pytestmark = pytest.mark.django_db
NOW = clock.now()
EVERYONE = {"reason": "tests"}
# The dispatcher claims and acts in transactions of its own.
dispatched = pytest.mark.django_db(transaction=True)


def test_sweep_flags_once_what_became_stale_between_two_ticks() -> None:
    account, other = customer("A"), customer("A")
    touch(account, NOW - timedelta(days=30, minutes=1))
    touch(other, NOW - timedelta(days=29))
    for one in (account, other):
        settle(one, NOW - timedelta(days=2))
    assert flags(account) == []
    assert flag_stale(since=NOW - timedelta(minutes=5), until=NOW).flags == 1
    flag = open_flag(account)
    assert flag.opened_at == NOW
    assert flag_stale(since=NOW, until=NOW + timedelta(seconds=15)).flags == 0
    assert [f.pk for f in flags(account)] == [flag.pk]
    assert flags(other) == []


def test_sweep_that_was_late_catches_up() -> None:
    account = customer("A")
    touch(account, NOW - timedelta(days=60))
    settle(account, NOW - timedelta(days=40))
    assert flag_stale(since=NOW - timedelta(days=35), until=NOW).flags == 1


@dispatched
def test_sweep_leaves_to_the_outbox_what_is_too_much_for_one_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    accounts = [customer("A") for _ in range(5)]
    for account in accounts:
        touch(account, NOW - timedelta(days=60))
        settle(account, NOW - timedelta(days=40))
    assert flag_stale(since=NOW - timedelta(days=35), until=NOW).flags == 2
    dispatch.run(Lane.DB)
    assert [len(flags(account)) for account in accounts] == [1] * 5


@dispatched
def test_sweep_asks_for_what_is_left_once_a_tick_and_by_a_topic_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    for _ in range(7):
        settle(customer("C", since="2026-01-05"), "2026-01-06")
    for ticks in range(1, 4):
        assert flag_stale(since=NOW - timedelta(days=400), until=NOW + ticks * timedelta(seconds=15)).flags == 2
        assert OutboxMessage.objects.filter(topic="touchpoints.plan_due").count() == ticks
    assert flag_stale(since=NOW - timedelta(days=400), until=NOW + timedelta(minutes=1)).flags == 1
    with CaptureQueriesContext(connection) as queries:
        assert flag_stale(since=NOW - timedelta(days=400), until=NOW + timedelta(minutes=2)).total == 0
    assert not [query for query in queries if "UPDATE" in query["sql"]]
    assert OutboxMessage.objects.count() == 3


@dispatched
def test_sweep_finds_what_was_committed_late_with_a_time_before_the_last_sweep() -> None:
    """Somebody logs in a transaction that is still open while the sweep passes the moment of going stale."""
    account = customer("A")
    stale = NOW + timedelta(seconds=20)
    written, swept = threading.Event(), threading.Event()

    def log_slowly() -> None:
        with transaction.atomic():
            touch(account, stale - timedelta(days=30))
            settle(account, NOW)
            written.set()
            swept.wait(timeout=10)
        connection.close()

    slow = threading.Thread(target=log_slowly)
    slow.start()
    assert written.wait(timeout=10)
    until = NOW + timedelta(seconds=30)
    assert flag_stale(since=NOW, until=until).flags == 0
    swept.set()
    slow.join(timeout=10)
    assert flag_stale(since=until, until=until + timedelta(seconds=15)).flags == 1


def test_planning_again_has_health_caught_up() -> None:
    account = customer("A", since="2026-01-05")
    planning.plan_accounts([account.pk], now=NOW)
    assert list(HealthDirty.objects.values_list("account_id", flat=True)) == [account.pk]


@dispatched
def test_tick_runs_sweep_and_repair() -> None:
    account = customer("A", since="2020-01-01")
    ran = planner.tick(now=NOW)
    assert {"touchpoints.flag_stale", "touchpoints.repair"} <= set(ran)
    dispatch.run(Lane.DB)
    assert open_flag(account) is not None
    assert open_check_in(account) is not None
    assert "touchpoints.repair" not in planner.tick(now=NOW + timedelta(seconds=15))


def test_repair_mends_drift_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    account = customer("A")
    touch(account, NOW - timedelta(days=3))
    settle(account, NOW)
    assert planning.repair_span(after=None, until=None, now=NOW).total == 0
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(last_touch_at=None)
    with caplog.at_level("WARNING"):
        assert planning.repair_span(after=None, until=None, now=NOW).total > 0
    assert "drift" in caplog.text
    assert planning.repair_span(after=None, until=None, now=NOW).total == 0


@dispatched
def test_new_customer_gets_its_first_check_in() -> None:
    account = create_account(by=SYSTEM, now=NOW, name="New", tier="A", customer_since=date(2026, 1, 5))
    dispatch.run(Lane.DB)
    assert str(open_check_in(account).due_on) == "2026-01-19"
    assert open_flag(account) is not None


@dispatched
def test_changed_tier_plans_again() -> None:
    account = create_account(by=SYSTEM, now=NOW, name="New", tier="D", customer_since=NOW.date() - timedelta(days=50))
    dispatch.run(Lane.DB)
    assert open_flag(account) is None
    edit_account(by=SYSTEM, now=NOW, account=account, changes={"tier": "A"})
    dispatch.run(Lane.DB)
    assert open_flag(account) is not None
    assert len(check_ins(account)) == 1
    edit_account(by=SYSTEM, now=NOW, account=account, changes={"lifecycle": "lost"})
    dispatch.run(Lane.DB)
    assert (open_flag(account), open_check_in(account)) == (None, None)
