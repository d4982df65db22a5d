"""What follows from a touchpoint: pulse, check-in and stale flag, clause by clause of the rule."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
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
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db


def test_first_touch_sets_pulse_and_plans_a_check_in() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    assert account.last_touch_at == at("2026-03-02 09:00")
    assert account.stale_at == at("2026-04-01 09:00")
    assert shape(account) == [("2026-03-02", "2026-03-16", "open")]
    assert flags(account) == []


def test_newer_touch_closes_the_check_in_and_plans_one_successor() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    first = open_check_in(account)
    newer = touch(account, "2026-03-10 09:00")
    settle(account, "2026-03-10 10:00")
    assert shape(account) == [("2026-03-02", "2026-03-16", "done"), ("2026-03-10", "2026-03-24", "open")]
    done = check_ins(account)[0]
    assert (done.pk, done.fulfilled_by_id, done.closed_at) == (first.pk, newer.pk, at("2026-03-10 10:00"))


def test_later_touch_on_the_same_date_closes_nothing_and_keeps_the_check_in() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    planned = open_check_in(account)
    touch(account, "2026-03-02 17:00")
    settle(account, "2026-03-02 18:00")
    assert [c.pk for c in check_ins(account)] == [planned.pk]
    assert open_check_in(account).due_on == date(2026, 3, 16)
    assert account.stale_at == at("2026-04-01 17:00")


def test_check_in_on_its_period_moves_with_the_cadence() -> None:
    account = customer("A")
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    planned = open_check_in(account)
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(tier="B")
    settle(account, "2026-03-03 10:00")
    assert [(c.pk, c.due_on) for c in check_ins(account)] == [(planned.pk, date(2026, 4, 1))]
    assert account.stale_at == at("2026-05-01 09:00")


def test_older_touch_changes_nothing() -> None:
    account = customer()
    touch(account, "2026-03-10 09:00")
    settle(account, "2026-03-10 10:00")
    before = shape(account)
    touch(account, "2026-02-01 09:00")
    assert settle(account, "2026-03-11 10:00").total == 0
    assert shape(account) == before
    assert account.last_touch_at == at("2026-03-10 09:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"direction": "outbound"},
        {"type": "advertising"},
        {"type": "website_visit"},
        {"type": "survey"},
        {"type": "billing"},
        {"status": "planned"},
        {"status": "cancelled"},
        {"status": "no_show"},
    ],
    ids=lambda fields: next(iter(fields.values())),
)
def test_what_is_not_counted_contact_changes_nothing(fields: dict[str, str]) -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    touch(account, "2026-03-10 09:00", **fields)
    assert settle(account, "2026-03-10 10:00").total == 0


@pytest.mark.parametrize("direction", ["inbound", "two_way"])
def test_inbound_and_two_way_are_counted(direction: str) -> None:
    account = customer()
    touch(account, "2026-03-02 09:00", direction=direction)
    settle(account, "2026-03-02 10:00")
    assert account.last_touch_at == at("2026-03-02 09:00")


def test_flag_opens_strictly_after_the_maximum() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    limit = at("2026-04-01 09:00")
    settle(account, limit)
    assert flags(account) == []
    settle(account, limit + timedelta(microseconds=1))
    flag = open_flag(account)
    assert (flag.anchor_at, flag.stale_at) == (at("2026-03-02 09:00"), limit)
    assert flag.opened_at == limit + timedelta(microseconds=1)


def test_touch_closes_the_flag_and_says_so() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-04-05")
    flag = open_flag(account)
    newer = touch(account, "2026-04-05 09:00")
    settle(account, "2026-04-05 10:00")
    (closed,) = flags(account)
    assert (closed.pk, closed.closed_by_touchpoint_id, closed.closed_at) == (flag.pk, newer.pk, at("2026-04-05 10:00"))


def test_back_dated_touch_closes_the_flag_and_a_new_silence_opens_the_next() -> None:
    """Logged late: it ended the first silence, and the one since is too long already."""
    account = customer()
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-06-01")
    between = touch(account, "2026-02-10 09:00")
    settle(account, "2026-06-02")
    first, second = flags(account)
    assert (first.closed_by_touchpoint_id, second.anchor_at) == (between.pk, at("2026-02-10 09:00"))
    assert open_flag(account) == second
    assert shape(account) == [("2026-01-05", "2026-01-19", "done"), ("2026-02-10", "2026-02-24", "open")]


def test_undo_reopens_the_very_check_in_and_flag() -> None:
    account = customer()
    touch(account, "2026-03-02 09:00")
    settle(account, "2026-04-05")
    check_in, flag = open_check_in(account), open_flag(account)
    newer = touch(account, "2026-04-05 09:00")
    settle(account, "2026-04-05 10:00")
    assert open_check_in(account).pk != check_in.pk
    assert open_flag(account) is None
    remove(newer)
    settle(account, "2026-04-05 10:01")
    (only,), (only_flag,) = check_ins(account), flags(account)
    assert (only.pk, only.status, only.due_on, only.closed_at, only.fulfilled_by_id) == (
        *(check_in.pk, "open", check_in.due_on),
        *(None, None),
    )
    assert (only_flag.pk, only_flag.closed_at, only_flag.opened_at) == (flag.pk, None, flag.opened_at)
    assert account.last_touch_at == at("2026-03-02 09:00")


def test_undo_of_the_first_touch_leaves_nothing() -> None:
    account = customer()
    first = touch(account, "2026-03-02 09:00")
    settle(account, "2026-04-05")
    remove(first)
    settle(account, "2026-04-05")
    assert (check_ins(account), flags(account), account.last_touch_at, account.stale_at) == ([], [], None, None)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_deleting_in_any_order_ends_where_it_began(order: tuple[int, ...]) -> None:
    account = customer()
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-03-01")
    check_in, flag = open_check_in(account), open_flag(account)
    days = ["2026-03-02", "2026-03-20", "2026-05-04"]
    later = []
    for day in days:
        later.append(touch(account, f"{day} 09:00"))
        settle(account, f"{day} 10:00")
    for place in order:
        remove(later[place])
        settle(account, "2026-05-04 12:00")
    assert [(c.pk, c.status) for c in check_ins(account)] == [(check_in.pk, "open")]
    assert [(f.pk, f.closed_at) for f in flags(account)] == [(flag.pk, None)]


def test_deleting_one_between_forgets_what_it_had_planned() -> None:
    """Its successor and the flag of the silence after it never were; what it had closed, the newer one closed."""
    account = customer()
    touch(account, "2026-01-05 09:00")
    settle(account, "2026-03-01")
    between = touch(account, "2026-03-02 09:00")
    settle(account, "2026-03-02 10:00")
    settle(account, "2026-04-10")  # too long again: a flag of its own
    newest = touch(account, "2026-04-20 09:00")
    settle(account, "2026-04-20 10:00")
    assert (len(check_ins(account)), len(flags(account))) == (3, 2)
    remove(between)
    settle(account, "2026-04-20 11:00")
    assert shape(account) == [("2026-01-05", "2026-01-19", "done"), ("2026-04-20", "2026-05-04", "open")]
    assert check_ins(account)[0].fulfilled_by_id == newest.pk
    assert [(str(f.anchor_at.date()), f.closed_by_touchpoint_id) for f in flags(account)] == [("2026-01-05", newest.pk)]


def test_never_touched_counts_from_customer_since_at_midnight_utc(settings: Any) -> None:
    settings.REPORTING_ZONE = "Europe/Rome"
    account = customer(since="2026-03-02")
    settle(account, at("2026-04-01"))
    assert (account.last_touch_at, account.stale_at) == (None, at("2026-04-01"))
    assert shape(account) == [("2026-03-02", "2026-03-16", "open")]
    assert flags(account) == []
    settle(account, at("2026-04-01") + timedelta(seconds=1))
    assert open_flag(account).anchor_at == at("2026-03-02")


def test_nothing_known_plans_nothing() -> None:
    account = customer("C")
    assert settle(account, "2026-03-02").total == 0
    assert (check_ins(account), flags(account), account.stale_at) == ([], [], None)


def test_corrected_customer_since_moves_on_without_pretending_contact() -> None:
    account = customer(since="2026-03-02")
    settle(account, "2026-03-02")
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(customer_since=date(2026, 3, 9))
    settle(account, "2026-03-10")
    assert shape(account) == [("2026-03-02", "2026-03-16", "cancelled"), ("2026-03-09", "2026-03-23", "open")]


def test_contact_from_before_they_were_customers_can_be_undone_too() -> None:
    account = customer(since="2026-03-02")
    settle(account, "2026-06-01")
    check_in, flag = open_check_in(account), open_flag(account)
    early = touch(account, "2026-02-16 09:00")
    settle(account, "2026-06-01 10:00")
    assert shape(account) == [("2026-02-16", "2026-03-02", "open"), ("2026-03-02", "2026-03-16", "cancelled")]
    assert open_flag(account).anchor_at == at("2026-02-16 09:00")
    remove(early)
    settle(account, "2026-06-01 11:00")
    assert [(c.pk, c.status) for c in check_ins(account)] == [(check_in.pk, "open")]
    assert [(f.pk, f.closed_at) for f in flags(account)] == [(flag.pk, None)]


def test_reconciling_again_changes_nothing() -> None:
    account = customer(since="2025-01-01")
    for day in ("2026-01-05", "2026-02-20", "2026-02-21"):
        touch(account, f"{day} 09:00")
        settle(account, f"{day} 10:00")
    settle(account, "2026-06-01")
    assert settle(account, "2026-06-02").total == 0


def test_statements_are_the_same_for_one_account_and_for_many() -> None:
    accounts = [customer(since="2026-01-01") for _ in range(5)]
    counts = []
    for chunk in (accounts[:1], accounts[1:]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reconcile([account.pk for account in chunk], now=at("2026-03-01"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [len(flags(account)) for account in accounts] == [1] * 5


def test_one_chunk_keeps_accounts_apart() -> None:
    first, second = customer(), customer("B")
    touch(first, "2026-03-02 09:00")
    touch(second, "2026-03-05 09:00")
    reconcile([first.pk, second.pk], now=at("2026-03-06"))
    assert (shape(first), shape(second)) == (
        [("2026-03-02", "2026-03-16", "open")],
        [("2026-03-05", "2026-04-06", "open")],
    )
