"""Business reviews and executive contact: each purpose has a pulse, check-ins and flags of its own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountMember
from tests.factories import make_user
from tests.touchpoints.build import (
    at,
    customer,
    flags,
    open_check_in,
    open_flag,
    remove,
    settle,
    shape,
    sponsor,
    state,
    touch,
)
from touchpoints.models import Touchpoint, TouchpointStaff
from touchpoints.services.drift import drifted
from touchpoints.services.planning import flag_stale
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db
EVERYONE = {"reason": "tests"}


def attend(touchpoint: Touchpoint, user: object) -> None:
    TouchpointStaff(account=touchpoint.account, touchpoint=touchpoint, user=user).save(force_insert=True)


def test_business_review_counts_for_both_purposes_and_a_call_for_one() -> None:
    account = customer("A")
    touch(account, "2026-03-02 09:00", type="business_review")
    touch(account, "2026-03-10 09:00")
    settle(account, "2026-03-10 10:00")
    assert account.last_touch_at == at("2026-03-10 09:00")
    assert state(account, "business_review") == (at("2026-03-02 09:00"), at("2026-03-02 09:00") + timedelta(days=120))
    assert shape(account, "business_review") == [("2026-03-02", "2026-06-01", "open")]
    assert shape(account) == [("2026-03-10", "2026-03-24", "open")]


@pytest.mark.parametrize(("tier", "purposes"), [("A", 2), ("B", 1), ("C", 0), ("", 0)])
def test_only_upper_tiers_have_more_than_operational_contact(tier: str, purposes: int) -> None:
    account = customer(tier, since="2020-01-01")
    settle(account, "2026-03-10 10:00")
    kept = [state(account, purpose) is not None for purpose in ("business_review", "executive")]
    assert sum(kept) == purposes
    assert sum(open_flag(account, purpose) is not None for purpose in ("business_review", "executive")) == purposes


def test_executive_contact_is_any_of_the_sponsors_and_nobody_elses() -> None:
    account, chief, colleague = customer("A"), make_user(), make_user()
    sponsor(account, chief)
    with_colleague = touch(account, "2026-03-05 09:00")
    attend(with_colleague, colleague)
    outbound = touch(account, "2026-03-06 09:00", direction="outbound")
    attend(outbound, chief)
    settle(account, "2026-03-10 10:00")
    assert state(account, "executive") == (None, None)
    billing = touch(account, "2026-03-03 09:00", type="billing")  # of any type
    attend(billing, chief)
    settle(account, "2026-03-10 10:00")
    assert state(account, "executive")[0] == at("2026-03-03 09:00")
    assert shape(account, "executive") == [("2026-03-03", "2026-08-31", "open")]


def test_another_sponsor_is_another_history_and_the_former_one_is_given_back() -> None:
    account, chief = customer("A"), make_user()
    member = sponsor(account, chief)
    attend(touch(account, "2026-03-03 09:00"), chief)
    settle(account, "2026-03-10 10:00")
    assert open_check_in(account, "executive") is not None
    AccountMember.objects.all_for_system(**EVERYONE).filter(pk=member.pk).update(role="technical")
    assert drifted([account.pk], now=at("2026-03-10 11:00")) == [account.pk]
    settle(account, "2026-03-10 11:00")
    assert (state(account, "executive"), open_check_in(account, "executive")) == ((None, None), None)
    AccountMember.objects.all_for_system(**EVERYONE).filter(pk=member.pk).update(role="executive_sponsor")
    settle(account, "2026-03-10 12:00")
    assert shape(account, "executive") == [("2026-03-03", "2026-08-31", "open")]
    assert drifted([account.pk], now=at("2026-03-10 12:00")) == []


def test_undo_of_a_review_reopens_check_in_and_flag_of_that_purpose_alone() -> None:
    account = customer("A")
    first = touch(account, "2026-01-05 09:00", type="business_review")
    settle(account, "2026-06-01 09:00")
    planned, flag = open_check_in(account, "business_review"), open_flag(account, "business_review")
    review = touch(account, "2026-06-01 10:00", type="business_review")
    settle(account, "2026-06-01 11:00")
    assert flags(account, "business_review")[0].closed_by_touchpoint_id == review.pk
    remove(review)
    settle(account, "2026-06-01 12:00")
    assert open_check_in(account, "business_review").pk == planned.pk
    assert open_flag(account, "business_review").pk == flag.pk
    assert account.last_touch_at == first.occurred_at


def test_a_tier_without_reviews_ends_them_and_keeps_what_was_done() -> None:
    account = customer("A")
    for day in ("2026-01-05", "2026-02-05"):
        touch(account, f"{day} 09:00", type="business_review")
        settle(account, f"{day} 10:00")
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(tier="C")
    settle(account, "2026-09-01")
    assert state(account, "business_review") is None
    assert [status for _, _, status in shape(account, "business_review")] == ["done", "cancelled"]
    assert open_flag(account, "business_review") is None
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(tier="A")
    settle(account, "2026-09-02")
    assert [status for _, _, status in shape(account, "business_review")] == ["done", "open"]
    assert open_flag(account, "business_review") is not None


def test_the_sweep_flags_every_purpose() -> None:
    account = customer("A")
    touch(account, "2026-01-05 09:00", type="business_review")
    settle(account, "2026-01-05 10:00")
    gone_stale = at("2026-01-05 09:00") + timedelta(days=120)
    span = {"since": gone_stale - timedelta(minutes=1), "until": gone_stale + timedelta(minutes=1)}
    assert flag_stale(**span).flags == 2  # of operational contact, too, long since
    assert open_flag(account, "business_review").stale_at == gone_stale
    assert flag_stale(**span).total == 0


def test_more_purposes_cost_no_more_statements() -> None:
    counts = []
    for tier in ("C", "A"):
        account = customer(tier, since="2026-01-01")
        with CaptureQueriesContext(connection) as queries:
            reconcile([account.pk], now=at("2026-03-01"))
        counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
    assert counts == [4, 4]  # the lock; pulse, what it overtook, what comes
