"""Appointments on My day: whose they are, what to do with them, and on which day they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.registry import DayLine
from tests.factories import make_contact, make_touchpoint
from tests.personas import Company, client_for, principal
from touchpoints.day_appointments import appointment_lines

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def lines(company: Company, now: datetime = NOON) -> list[DayLine]:
    return list(appointment_lines(principal(company.people.owner), now))


def plan(company: Company, at: datetime, **fields: object) -> str:
    fields.setdefault("staff", [company.people.owner])
    made_at = min(NOON, at) - timedelta(hours=1)
    one = make_touchpoint(company.account, now=made_at, occurred_at=at, status="planned", **fields)
    return str(one.pk)


def test_those_one_takes_part_in_are_lines_for_three_weeks(company: Company) -> None:
    contact = make_contact(company.account, first_name="Ana", last_name="Ito")
    near = plan(company, NOON + timedelta(hours=2), subject="Review", contacts=[contact])
    far = plan(company, NOON + timedelta(days=20))
    plan(company, NOON + timedelta(days=22))
    plan(company, NOON + timedelta(hours=1), staff=[company.people.teammate])
    with timezone.override(UTC):
        found = lines(company)
    assert [(one.state, one.action, one.href, one.sentence) for one in found] == [
        ("amber", "Took place", f"/touchpoints/{near}/complete/", "14:00 · Review · Phone · Ana Ito"),
        ("neutral", "Change", f"/touchpoints/{far}/edit/", "12:00 · Sales call · Phone"),
    ]


def test_one_whose_time_has_come_asks_what_became_of_it(company: Company) -> None:
    plan(company, NOON - timedelta(days=3))
    with timezone.override(UTC):
        (line,) = lines(company)
    assert line.sentence == "3 days ago, 12:00 · Sales call · Phone: what became of it?"


@pytest.mark.parametrize(("zone", "day"), [("UTC", 18), ("Pacific/Auckland", 19)])
def test_its_day_is_that_of_the_reader(company: Company, zone: str, day: int) -> None:
    plan(company, NOON + timedelta(hours=3))
    with timezone.override(ZoneInfo(zone)):
        (line,) = lines(company)
        assert (line.due_on.day, line.at.day) == (day, day)  # type: ignore[union-attr]


def test_page_opens_the_dialog_with_its_one_action(company: Company) -> None:
    now = timezone.now()
    one = make_touchpoint(
        company.account, now=now, occurred_at=now + timedelta(days=1), status="planned", staff=[company.people.owner]
    )
    text = client_for(company.people.owner).get("/my-day/").text
    assert f'hx-get="/touchpoints/{one.pk}/edit/"' in text
