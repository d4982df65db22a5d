"""Drift is found without a lock, all of it and nothing else; nobody who logs waits for the repair."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Account
from kam.core import clock
from tests.factories import make_touchpoint
from tests.touchpoints.build import check_ins, customer, flags, open_check_in, settle, touch
from touchpoints.models import CadenceState, CheckIn, StaleFlag
from touchpoints.services.drift import drifted
from touchpoints.services.planning import plan_accounts, repair_span

NOW = clock.now()
EVERYONE = {"reason": "tests"}
OPEN = Q(status="open", purpose="operational")
UNCLOSED = Q(closed_at=None, purpose="operational")


def _change(model: type[Account | CadenceState | CheckIn | StaleFlag], **values: object) -> Callable[[], object]:
    operational = {} if model in (Account, CadenceState) else {"purpose": "operational"}
    return lambda: model.objects.all_for_system(**EVERYONE).filter(**operational).update(**values)


DRIFTS: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "the last touch": _change(Account, last_touch_at=None),
    "going stale": _change(Account, stale_at=NOW),
    "a check-in that is missing": lambda: CheckIn.objects.all_for_system(**EVERYONE).filter(OPEN).delete(),
    "its date": _change(CheckIn, due_on="2026-01-01"),
    "a check-in closed": lambda: (
        CheckIn.objects.all_for_system(**EVERYONE).filter(OPEN).update(status="done", closed_at=NOW)
    ),
    "a successor of nothing": lambda: (
        CheckIn.objects.all_for_system(**EVERYONE).filter(OPEN).update(period_on=NOW.date() + timedelta(days=1))
    ),
    "a check-in left open": lambda: (
        CheckIn.objects.all_for_system(**EVERYONE).filter(OPEN).update(period_on="2025-01-01")
    ),
    "a purpose nobody keeps": lambda: CadenceState.objects.all_for_system(**EVERYONE).all().delete(),
    "the last touch of a purpose": _change(CadenceState, last_touch_at=NOW),
    "a flag that is missing": lambda: StaleFlag.objects.all_for_system(**EVERYONE).filter(UNCLOSED).delete(),
    "a flag closed": _change(StaleFlag, closed_at=NOW),
    "its moment": _change(StaleFlag, stale_at=NOW),
    "a flag of nothing": lambda: StaleFlag.objects.all_for_system(**EVERYONE).filter(UNCLOSED).update(anchor_at=NOW),
    "a flag left open": lambda: (
        StaleFlag.objects.all_for_system(**EVERYONE).filter(UNCLOSED).update(anchor_at=NOW - timedelta(days=300))
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", DRIFTS)
def test_every_drift_is_found_and_mended(what: str) -> None:
    account = customer("A", since="2024-01-01")
    for days in (100, 40):
        touch(account, NOW - timedelta(days=days))
        settle(account, NOW)
    (flag,), before = [f for f in flags(account) if f.closed_at is None], open_check_in(account)
    DRIFTS[what]()
    assert drifted([account.pk], now=NOW) == ([] if what == "nothing" else [account.pk])
    assert (repair_span(after=None, until=None, now=NOW).total > 0) is (what != "nothing")
    assert drifted([account.pk], now=NOW) == []
    (after,) = [f for f in flags(account) if f.closed_at is None]
    assert (after.anchor_at, after.stale_at) == (flag.anchor_at, flag.stale_at)
    assert (open_check_in(account).period_on, open_check_in(account).due_on) == (before.period_on, before.due_on)


@pytest.mark.django_db
def test_a_skipped_check_in_is_no_drift() -> None:
    account = customer("A")
    touch(account, NOW - timedelta(days=3))
    settle(account, NOW)
    CheckIn.objects.all_for_system(**EVERYONE).update(status="skipped", skip_reason="On leave", closed_at=NOW)
    assert drifted([account.pk], now=NOW) == []
    assert [c.status for c in check_ins(account)] == ["skipped"]


MANY = 5_000
FILL = """
    INSERT INTO accounts_account (name, name_sort, tier, lifecycle, customer_since, industry, country, website,
                                  currency, acquired_via, health_band, created_at, changed_at)
    SELECT 'A' || i, 'a' || i, 'B', 'active', '2024-01-01', '', '', '', 'EUR', '', 'unknown', now(), now()
    FROM generate_series(1, %s) i RETURNING id
"""


@pytest.mark.django_db(transaction=True)
def test_logging_goes_on_while_everybody_is_repaired() -> None:
    """The repair's transaction stays open after its last statement, as a slow worker's would."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [MANY])
        ids = [row[0] for row in cursor.fetchall()]
    plan_accounts(ids, now=NOW)
    repairing, logged = threading.Event(), threading.Event()
    found: list[int] = []

    def repair() -> None:
        with transaction.atomic():
            found.append(repair_span(after=None, until=None, now=NOW).total)
            repairing.set()
            logged.wait(timeout=20)
        connection.close()

    worker = threading.Thread(target=repair)
    worker.start()
    assert repairing.wait(timeout=60)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            make_touchpoint(Account.objects.all_for_system(**EVERYONE).get(pk=ids[MANY // 2]), days_ago=1)
    finally:
        logged.set()
        worker.join(timeout=20)
    assert found == [0]
