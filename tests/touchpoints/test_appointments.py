"""Appointments: they count for nothing until they took place, and what became of them can be taken back."""

from datetime import timedelta
from typing import Any

import pytest

from kam.core.errors import Conflict, DomainError
from tests.factories import make_touchpoint
from tests.personas import SYSTEM
from tests.touchpoints.build import customer
from tests.touchpoints.test_amending import NOW, amend, logged, reread, state
from touchpoints.models import Touchpoint
from touchpoints.services.amending import amend_touchpoint
from touchpoints.services.appointments import (
    cancel_touchpoint,
    complete_touchpoint,
    record_no_show,
    reopen_touchpoint,
)

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)
ENDS = {"completed": complete_touchpoint, "cancelled": cancel_touchpoint, "no_show": record_no_show}


def planned(account: Any, **fields: Any) -> Touchpoint:
    return make_touchpoint(
        account,
        **{"now": NOW, "occurred_at": TOMORROW, "status": "planned", "type": "check_in", "direction": "two_way"}
        | fields,
    )


def told(service: Any, touchpoint: Touchpoint, **more: Any) -> Touchpoint:
    return service(by=SYSTEM, **{"now": TOMORROW + timedelta(hours=1), "touchpoint": touchpoint} | more)


def test_an_appointment_counts_for_nothing_until_it_took_place() -> None:
    account, other = customer(since="2026-01-05"), customer(since="2026-01-05")
    for one in (account, other):
        logged(one, 50)
    before = state(account)
    appointment = planned(account)
    assert (appointment.status, appointment.planned_for) == ("planned", TOMORROW)
    assert state(account) == before
    later = TOMORROW + timedelta(hours=1)
    done = told(complete_touchpoint, appointment, sentiment_end=2, notes="Went well")
    make_touchpoint(
        other, now=later, occurred_at=TOMORROW, type="check_in", direction="two_way", sentiment_end=2, notes="Went well"
    )
    assert (done.status, done.occurred_at, done.planned_for, done.version) == ("completed", TOMORROW, TOMORROW, 2)
    assert state(account) == state(other)


def test_completed_early_it_took_place_now() -> None:
    done = told(complete_touchpoint, planned(customer()), now=NOW + timedelta(hours=1))
    assert (done.occurred_at, done.planned_for) == (NOW + timedelta(hours=1), TOMORROW)


def test_completed_with_a_time_it_took_place_then() -> None:
    moment = TOMORROW - timedelta(hours=3)
    assert told(complete_touchpoint, planned(customer()), occurred_at=moment).occurred_at == moment


@pytest.mark.parametrize("end", ["cancelled", "no_show"])
def test_what_did_not_take_place_counts_for_nothing(end: str) -> None:
    account = customer(since="2026-01-05")
    logged(account, 50)
    before = state(account)
    one = told(ENDS[end], planned(account))
    assert (one.status, one.occurred_at) == (end, TOMORROW)
    assert state(account) == before


def test_nobody_failed_to_come_before_the_time() -> None:
    with pytest.raises(DomainError) as refused:
        told(record_no_show, planned(customer()), now=NOW)
    assert refused.value.code == "in_future"


def test_what_is_cancelled_may_lie_ahead() -> None:
    assert told(cancel_touchpoint, planned(customer()), now=NOW).status == "cancelled"


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("then", ENDS)
def test_an_appointment_ends_once(first: str, then: str) -> None:
    one = told(ENDS[first], planned(customer()))
    with pytest.raises(Conflict) as refused:
        told(ENDS[then], one)
    assert refused.value.code == "not_planned"


@pytest.mark.parametrize("end", ENDS)
def test_taken_back_it_waits_again_at_its_own_time(end: str) -> None:
    account = customer(since="2026-01-05")
    logged(account, 50)
    before = state(account)
    appointment = planned(account)
    changes = {"sentiment_end": 1, "expectation": "met"} if end == "completed" else {}
    told(ENDS[end], appointment, **changes)
    again = told(reopen_touchpoint, appointment, now=NOW)
    assert (again.status, again.occurred_at, again.sentiment_end, again.expectation) == ("planned", TOMORROW, None, "")
    assert state(account) == before


def test_what_was_never_planned_cannot_wait_again() -> None:
    with pytest.raises(Conflict) as refused:
        told(reopen_touchpoint, logged(customer(), 2))
    assert refused.value.code == "no_appointment"


def test_an_appointment_lies_ahead_and_stays_ahead() -> None:
    account = customer()
    with pytest.raises(DomainError) as refused:
        planned(account, occurred_at=NOW)
    assert refused.value.code == "in_past"
    one = planned(account)
    with pytest.raises(DomainError):
        amend(one, occurred_at=NOW - timedelta(hours=1))
    moved = amend(one, occurred_at=TOMORROW + timedelta(days=1))
    assert (moved.status, moved.occurred_at, moved.planned_for) == ("planned", *[TOMORROW + timedelta(days=1)] * 2)


def test_an_appointment_that_passed_may_get_notes() -> None:
    one = planned(customer())
    late = TOMORROW + timedelta(days=9)
    noted = amend_touchpoint(by=SYSTEM, now=late, touchpoint=one, notes="Bring the offer")
    assert (noted.status, noted.notes) == ("planned", "Bring the offer")


@pytest.mark.parametrize("judged", [{"sentiment_start": 0}, {"sentiment_end": 1}, {"expectation": "met"}])
def test_how_it_went_is_said_once_it_took_place(judged: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        planned(customer(), **judged)
    assert refused.value.code == "not_happened"
    one = planned(customer())
    with pytest.raises(DomainError):
        amend(one, **judged)
    assert reread(one.account).last_touch_at is None
