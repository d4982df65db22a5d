"""What a leaver still had to do goes to whoever takes it."""

from datetime import timedelta

import pytest

from kam.core import clock
from kam.people.handover import hand_over, held_by
from tests.factories import make_touchpoint
from tests.personas import SYSTEM, Company, principal
from touchpoints.models import CheckIn, Touchpoint, TouchpointStaff

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}


@pytest.fixture
def busy(company: Company) -> Company:
    """The teammate has a check-in assigned, an appointment with the owner, and a call behind them."""
    people, account, now = company.people, company.account, clock.now()
    by = principal(people.admin)
    make_touchpoint(account, by=by, days_ago=3, staff=[people.teammate])
    planned = {"status": "planned", "occurred_at": now + timedelta(days=2)}
    make_touchpoint(account, by=by, staff=[people.teammate, people.owner], **planned)
    CheckIn.objects.all_for_system(**WHY).delete()
    for period, status in ((1, "open"), (2, "done")):
        CheckIn.objects.create(
            account=account, source_id="operational", period_on=now.date() - timedelta(days=period), due_on=now.date(),
            status=status, closed_at=None if status == "open" else now, assigned_to=people.teammate,
        )  # fmt: skip
    return company


def staff(status: str) -> set[str]:
    rows = TouchpointStaff.objects.all_for_system(**WHY).filter(touchpoint__status=status)
    return set(rows.values_list("user__name", flat=True))


def assignees() -> dict[str, str | None]:
    return dict(CheckIn.objects.all_for_system(**WHY).values_list("status", "assigned_to__name"))


def test_what_lies_ahead_goes_and_what_was_done_stays(busy: Company) -> None:
    people = busy.people
    assert {line.kind.key: line.number for line in held_by(SYSTEM, people.teammate)} == {
        "account_teams": 1,
        "check_ins": 1,
        "appointments": 1,
    }
    planned = Touchpoint.objects.all_for_system(**WHY).get(status="planned")
    takers = {"check_ins": people.leader, "appointments": people.outsider}
    hand_over(by=SYSTEM, user=people.teammate, takers=takers, now=clock.now())
    assert staff("planned") == {"Olga Owner", "Otto Outsider"}
    assert staff("completed") == {"Tom Teammate"}
    assert assignees() == {"open": "Lena Leader", "done": "Tom Teammate"}
    assert Touchpoint.objects.all_for_system(**WHY).get(pk=planned.pk).version == planned.version + 1


def test_nobody_takes_it(busy: Company) -> None:
    hand_over(by=SYSTEM, user=busy.people.teammate, takers={}, now=clock.now())
    assert staff("planned") == {"Olga Owner"}
    assert assignees() == {"open": None, "done": "Tom Teammate"}


def test_who_takes_part_already_simply_stays(busy: Company) -> None:
    people = busy.people
    hand_over(by=SYSTEM, user=people.teammate, takers={"appointments": people.owner}, now=clock.now())
    assert staff("planned") == {"Olga Owner"}


@pytest.mark.parametrize("taker", ["outsider", "owner"])
def test_check_ins_of_accounts_the_taker_does_not_see_or_owns_fall_to_the_owner(busy: Company, taker: str) -> None:
    takers = {"check_ins": getattr(busy.people, taker)}
    moved = hand_over(by=SYSTEM, user=busy.people.teammate, takers=takers, now=clock.now())
    assert (moved["check_ins"], assignees()["open"]) == (1, None)
