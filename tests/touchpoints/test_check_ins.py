"""What people decide about check-ins, and that reconciling keeps it."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from accounts.models import Account, AccountMember
from accounts.services.accounts import CADENCE_INPUTS_CHANGED
from accounts.services.members import remove_member
from accounts.services.reassigning import reassign_accounts
from kam.core.clock import now as clock_now
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.outbox.models import OutboxMessage
from tests.personas import Company, principal
from tests.touchpoints.build import check_ins, open_check_in, open_flag, remove, settle, shape, touch
from touchpoints.models import CheckIn
from touchpoints.services.check_ins import (
    hand_over_check_in,
    plan_check_in,
    reschedule_check_in,
    resume_check_in,
    skip_check_in,
)
from touchpoints.services.drift import drifted
from touchpoints.services.planning import plan_accounts, repair_span

pytestmark = pytest.mark.django_db
NOW = clock_now().replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOW.date()
EVERYONE = {"reason": "tests"}


@pytest.fixture
def planned(company: Company) -> CheckIn:
    """Of the owner's account, tier A, contacted five days ago."""
    Account.objects.all_for_system(**EVERYONE).filter(pk=company.account.pk).update(tier="A")
    touch(company.account, NOW - timedelta(days=5))
    settle(company.account, NOW)
    found = open_check_in(company.account)
    assert found is not None
    return found


def days(n: int) -> date:
    return TODAY + timedelta(days=n)


def test_rescheduled_day_holds_whatever_the_cadence_says_until_the_next_contact(
    company: Company, planned: CheckIn
) -> None:
    by, account = principal(company.people.owner), company.account
    reschedule_check_in(by=by, now=NOW, check_in=planned, due_on=days(3), reason=" Fair ")
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(tier="D")
    settle(account, NOW)
    kept = open_check_in(account)
    assert (kept.pk, kept.due_on, kept.reschedule_reason) == (planned.pk, days(3), "Fair")
    assert drifted([account.pk], now=NOW) == []
    newer = touch(account, NOW - timedelta(days=1))
    settle(account, NOW)
    assert open_check_in(account).rescheduled_on is None
    remove(newer)
    settle(account, NOW)
    assert (open_check_in(account).pk, open_check_in(account).due_on) == (planned.pk, days(3))


def test_given_back_to_its_cadence_it_is_due_as_before(company: Company, planned: CheckIn) -> None:
    by = principal(company.people.owner)
    moved = reschedule_check_in(by=by, now=NOW, check_in=planned, due_on=days(3), reason="Fair")
    given_back = reschedule_check_in(by=by, now=NOW, check_in=moved, due_on=None)
    assert (given_back.due_on, given_back.rescheduled_on, given_back.reschedule_reason) == (planned.due_on, None, "")


@pytest.mark.parametrize(("due_on", "code"), [(-1, "in_past"), (365_000, "date_out_of_range")])
def test_day_that_cannot_be_is_refused(company: Company, planned: CheckIn, due_on: int, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        reschedule_check_in(by=principal(company.people.owner), now=NOW, check_in=planned, due_on=days(due_on))
    assert refused.value.code == code


def test_skipped_stays_skipped_and_the_flag_stands(company: Company, planned: CheckIn) -> None:
    account, later = company.account, NOW + timedelta(days=40)
    skip_check_in(by=principal(company.people.owner), now=NOW, check_in=planned, reason="On leave")
    settle(account, later)
    assert [c.status for c in check_ins(account)] == ["skipped"]
    assert open_flag(account) is not None
    touch(account, later)
    settle(account, later)
    assert [c.status for c in check_ins(account)] == ["skipped", "open"]


def test_skip_taken_back_is_open_again(company: Company, planned: CheckIn) -> None:
    by = principal(company.people.owner)
    skipped = skip_check_in(by=by, now=NOW, check_in=planned, reason="On leave")
    assert (skipped.closed_by_id, skipped.skip_reason) == (by.user_id, "On leave")
    resumed = resume_check_in(by=by, now=NOW, check_in=skipped)
    assert (resumed.pk, resumed.status, resumed.due_on) == (planned.pk, "open", planned.due_on)
    with pytest.raises(Conflict):
        resume_check_in(by=by, now=NOW, check_in=resumed)


def test_skip_needs_a_reason(company: Company, planned: CheckIn) -> None:
    with pytest.raises(DomainError) as refused:
        skip_check_in(by=principal(company.people.owner), now=NOW, check_in=planned, reason=" ")
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")


def test_handed_over_to_a_colleague_it_stays_with_them_and_back_to_the_owner(
    company: Company, planned: CheckIn
) -> None:
    by, people = principal(company.people.owner), company.people
    hand_over_check_in(by=by, now=NOW, check_in=planned, to=people.teammate)
    settle(company.account, NOW)
    assert open_check_in(company.account).assigned_to_id == people.teammate.pk
    assert hand_over_check_in(by=by, now=NOW, check_in=planned, to=people.owner).assigned_to is None


@pytest.mark.parametrize("to", ["outsider", "sibling_leader", "integration", "deactivated"])
def test_who_does_not_see_the_account_gets_none_of_its_check_ins(company: Company, planned: CheckIn, to: str) -> None:
    with pytest.raises(DomainError) as refused:
        hand_over_check_in(
            by=principal(company.people.owner), now=NOW, check_in=planned, to=getattr(company.people, to)
        )
    assert refused.value.code == "does_not_see_account"


@pytest.mark.parametrize("who", ["owner", "teammate", "leader", "admin"])
def test_whoever_of_us_sees_the_account_decides(company: Company, planned: CheckIn, who: str) -> None:
    by = principal(getattr(company.people, who))
    assert skip_check_in(by=by, now=NOW, check_in=planned, reason="x").status == "skipped"


def test_integration_decides_nothing_and_a_stranger_finds_nothing(company: Company, planned: CheckIn) -> None:
    with pytest.raises(DomainError) as refused:
        skip_check_in(by=principal(company.people.integration), now=NOW, check_in=planned, reason="x")
    assert refused.value.code == "not_yours"
    with pytest.raises(NotVisible):
        skip_check_in(by=principal(company.people.outsider), now=NOW, check_in=planned, reason="x")


def test_closed_check_in_is_decided(company: Company, planned: CheckIn) -> None:
    touch(company.account, NOW - timedelta(days=1))
    settle(company.account, NOW)
    with pytest.raises(Conflict):
        reschedule_check_in(by=principal(company.people.owner), now=NOW, check_in=planned, due_on=days(3))


def test_planned_by_hand_is_fulfilled_by_the_next_contact_and_opened_by_its_undo(company: Company) -> None:
    account, by = company.account, principal(company.people.owner)
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(lifecycle="prospect")
    made = plan_check_in(by=by, now=NOW, account=account, due_on=days(7))
    with pytest.raises(Conflict):
        plan_check_in(by=by, now=NOW, account=account, due_on=days(8))
    called = touch(account, NOW)
    settle(account, NOW)
    assert [(c.pk, c.status, c.fulfilled_by_id) for c in check_ins(account)] == [(made.pk, "done", called.pk)]
    remove(called)
    settle(account, NOW)
    assert [(c.pk, c.status, c.due_on) for c in check_ins(account)] == [(made.pk, "open", days(7))]
    assert drifted([account.pk], now=NOW) == []


def test_cadence_plans_none_while_one_by_hand_stands(company: Company, planned: CheckIn) -> None:
    account, by = company.account, principal(company.people.owner)
    skip_check_in(by=by, now=NOW, check_in=planned, reason="x")
    made = plan_check_in(by=by, now=NOW, account=account, due_on=days(2))
    assert {c.pk: c.status for c in check_ins(account)} == {planned.pk: "skipped", made.pk: "open"}
    resumed = resume_check_in(by=by, now=NOW, check_in=planned)
    assert resumed.status == "cancelled"  # the other one stands
    touch(account, NOW)
    settle(account, NOW)
    assert sorted(c.status for c in check_ins(account)) == ["cancelled", "done", "open"]


def test_one_by_hand_left_out_gives_way_to_its_cadence(company: Company) -> None:
    account, by = company.account, principal(company.people.owner)
    made = plan_check_in(by=by, now=NOW, account=account, due_on=days(2))
    Account.objects.all_for_system(**EVERYONE).filter(pk=account.pk).update(customer_since=TODAY, tier="A")
    settle(account, NOW)
    skip_check_in(by=by, now=NOW, check_in=made, reason="x")
    assert [(c.source, c.status) for c in check_ins(account)] == [("hand", "skipped"), ("cadence", "open")]
    resume_check_in(by=by, now=NOW, check_in=made)
    assert [(c.source, c.status) for c in check_ins(account)] == [("hand", "open"), ("cadence", "cancelled")]
    assert drifted([account.pk], now=NOW) == []


def test_one_by_hand_of_a_purpose_without_cadence(company: Company) -> None:
    account, by = company.account, principal(company.people.owner)
    plan_check_in(by=by, now=NOW, account=account, due_on=days(9), purpose="business_review")
    touch(account, NOW)
    settle(account, NOW)
    assert [status for *_, status in shape(account, "business_review")] == ["open"]
    touch(account, NOW, type="business_review")
    settle(account, NOW)
    assert [status for *_, status in shape(account, "business_review")] == ["done"]
    assert drifted([account.pk], now=NOW) == []


def deliver() -> None:
    for message in OutboxMessage.objects.filter(topic=CADENCE_INPUTS_CHANGED):
        plan_accounts([UUID(account_id) for account_id in message.payload["account_ids"]], now=NOW)


@pytest.mark.parametrize("how", ["left the account team", "nightly repair", "given away"])
def test_handed_over_check_in_falls_to_the_owner_once_the_colleague_does_not_see_the_account(
    company: Company, planned: CheckIn, how: str
) -> None:
    people, account = company.people, company.account
    by = principal(people.admin)
    hand_over_check_in(by=principal(people.owner), now=NOW, check_in=planned, to=people.teammate)
    OutboxMessage.objects.all().delete()
    plan_accounts([account.pk], now=NOW)
    assert CheckIn.objects.all_for_system(**EVERYONE).get(pk=planned.pk).assigned_to == people.teammate
    if how == "left the account team":
        remove_member(by=by, account=account, user=people.teammate)
        deliver()
    elif how == "nightly repair":
        AccountMember.objects.all_for_system(**EVERYONE).filter(user=people.teammate).delete()
        repair_span(after=None, until=None, now=NOW)
    else:
        AccountMember.objects.all_for_system(**EVERYONE).filter(user=people.teammate).delete()
        reassign_accounts(by=by, account_ids=[account.pk], owner=people.leader, now=NOW)
        deliver()
    assert CheckIn.objects.all_for_system(**EVERYONE).get(pk=planned.pk).assigned_to is None
