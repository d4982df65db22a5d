"""Which accounts were stale: now, on any past date, by policy or by one limit for all."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Account
from tests.personas import SYSTEM, Company, principal
from tests.touchpoints.build import at, customer, settle, touch
from touchpoints.models import AccountCadence
from touchpoints.selectors import stale_accounts

pytestmark = pytest.mark.django_db
NOW = at("2026-10-01")


def stale(as_of: datetime | str = NOW, **options: Any) -> set[Account]:
    moment = at(as_of) if isinstance(as_of, str) else as_of
    return set(stale_accounts(options.pop("by", SYSTEM), as_of=moment, now=NOW, **options))


def test_now_each_account_is_measured_by_its_own_policy() -> None:
    a, b = customer("A"), customer("B")
    for account in (a, b):
        touch(account, NOW - timedelta(days=45))
        settle(account, NOW)
    assert stale() == {a}


def test_strictly_longer_than_the_maximum() -> None:
    a = customer("A")
    touch(a, "2026-03-02 09:00")
    settle(a, NOW)
    for limit in ({}, {"max_days": 30}):
        assert stale("2026-04-01 09:00", **limit) == set()
        assert stale(at("2026-04-01 09:00") + timedelta(microseconds=1), **limit) == {a}


def test_strictly_longer_when_as_of_is_now() -> None:
    a = customer("A")
    touch(a, NOW - timedelta(days=30))
    settle(a, NOW)
    assert stale() == set()
    assert stale(max_days=30) == set()
    assert stale(NOW + timedelta(microseconds=1)) == {a}


def test_past_date_takes_the_touchpoints_of_that_date_and_the_policy_of_today() -> None:
    a = customer("A")
    touch(a, "2026-03-02 09:00")
    touch(a, "2026-06-01 09:00")
    settle(a, NOW)
    assert stale("2026-03-20") == set()
    assert stale("2026-05-01") == {a}
    assert stale("2026-06-02") == set()
    Account.objects.all_for_system(reason="tests").filter(pk=a.pk).update(tier="D")
    settle(a, NOW)
    assert stale("2026-05-01") == set()


def test_touches_that_do_not_count_do_not_end_a_silence() -> None:
    a = customer("A")
    touch(a, "2026-03-02 09:00")
    touch(a, "2026-04-20 09:00", direction="outbound")
    touch(a, "2026-04-20 09:00", type="survey")
    touch(a, "2026-04-20 09:00", status="planned")
    settle(a, NOW)
    assert stale("2026-05-01") == {a}
    assert stale("2026-05-01", max_days=30) == {a}


def test_never_touched_counts_from_customer_since() -> None:
    a = customer("A", since="2026-03-02")
    settle(a, NOW)
    assert stale("2026-04-01") == set()
    assert stale(at("2026-04-01") + timedelta(seconds=1)) == {a}
    (row,) = stale_accounts(SYSTEM, as_of=NOW, now=NOW)
    assert (row.anchor_at, row.touched_at) == (at("2026-03-02"), None)


def test_not_a_customer_yet_on_that_date_is_not_stale() -> None:
    a = customer("A", since="2026-03-02")
    settle(a, NOW)
    assert stale("2025-01-01", max_days=0) == set()


def test_nothing_known_appears_only_with_include_never() -> None:
    a = customer("A")
    settle(a, NOW)
    assert stale() == set()
    assert stale(max_days=1) == set()
    assert stale(include_never=True) == {a}
    assert stale(max_days=1, include_never=True) == {a}
    (row,) = stale_accounts(SYSTEM, as_of=NOW, now=NOW, include_never=True)
    assert (row.anchor_at, row.touched_at) == (None, None)


def test_first_touch_after_the_date_is_never_touched_then() -> None:
    a = customer("A")
    touch(a, "2026-06-01")
    settle(a, NOW)
    assert stale("2026-05-01") == set()
    assert stale("2026-05-01", include_never=True) == {a}


def test_prospects_and_lost_are_silent_only_for_an_explicit_limit() -> None:
    prospect, lost = customer(lifecycle="prospect"), customer(lifecycle="lost")
    for account in (prospect, lost):
        touch(account, "2026-01-01")
        settle(account, NOW)
    untouched = customer(lifecycle="prospect")
    assert stale() == set()
    assert stale("2026-09-01") == set()
    assert stale(include_never=True) == set()
    assert stale(max_days=90) == {prospect, lost}
    assert stale("2026-09-01", max_days=90) == {prospect, lost}
    assert stale(max_days=90, include_never=True) == {prospect, lost, untouched}


def test_prospect_with_a_cadence_of_its_own_can_be_stale() -> None:
    prospect, untouched = customer(lifecycle="prospect"), customer(lifecycle="prospect")
    for account in (prospect, untouched):
        AccountCadence(account=account, ideal_days=5, maximum_days=10).save(force_insert=True)
    touch(prospect, "2026-01-01")
    settle(prospect, NOW)
    assert stale() == {prospect}
    assert stale("2026-02-01") == {prospect}
    assert stale(include_never=True) == {prospect, untouched}


def test_longest_silence_first_and_the_unknown_last() -> None:
    longest, shorter, unknown = customer(), customer(), customer()
    touch(shorter, "2026-05-01")
    touch(longest, "2026-04-01")
    for account in (longest, shorter):
        settle(account, NOW)
    assert list(stale_accounts(SYSTEM, as_of=NOW, now=NOW, include_never=True)) == [longest, shorter, unknown]


def test_everyone_sees_only_their_own(company: Company) -> None:
    for account in (company.account, company.foreign_account):
        account.customer_since = date(2026, 1, 1)
        account.save()
        settle(account, NOW)
    assert stale(by=principal(company.people.owner)) == {company.account}
    assert stale(by=principal(company.people.teammate)) == {company.account}
    assert stale(by=principal(company.people.outsider)) == {company.foreign_account}
    assert stale("2026-09-01", by=principal(company.people.outsider), max_days=5) == {company.foreign_account}
    assert stale(by=principal(company.people.leader)) == {company.account}
    assert stale(by=principal(company.people.admin)) == {company.account, company.foreign_account}
    assert stale(by=principal(company.people.newcomer)) == set()
