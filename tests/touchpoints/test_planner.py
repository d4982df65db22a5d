"""The planner: whose week, what is in it, and that it costs the same for one row and for many."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.days import reporting_day
from accounts.models import Account
from kam.core import clock
from kam.people.models import User
from tests.personas import Company, client_for, make_account, principal
from tests.touchpoints.build import touch
from touchpoints.models import CheckIn, TouchpointStaff
from touchpoints.planner import Week, day_asked, week_of
from touchpoints.services.check_ins import hand_over_check_in, plan_check_in
from touchpoints.templatetags.check_ins import days_offered

pytestmark = pytest.mark.django_db
NOW = clock.now()
TODAY = reporting_day(NOW)
NEXT_WEEK = TODAY + timedelta(days=7)
EVERYONE = {"reason": "tests"}


def planned(company: Company, account: Account, days: int) -> CheckIn:
    made = plan_check_in(by=principal(company.people.admin), now=NOW, account=account, due_on=TODAY + timedelta(30))
    CheckIn.objects.all_for_system(**EVERYONE).filter(pk=made.pk).update(due_on=TODAY + timedelta(days=days))
    return made


def appointment(account: Account, user: User, days: int) -> None:
    noon = datetime.combine(TODAY + timedelta(days=days), time(12), timezone.get_current_timezone())
    made = touch(account, noon, status="planned", planned_for=noon, subject="Visit")
    TouchpointStaff(account=account, touchpoint=made, user=user).save(force_insert=True)


def names(week: Week) -> list[tuple[str, str]]:
    return [(item.account.name, item.label) for day in week.days for item in day.items]


@pytest.mark.parametrize(("today", "opens"), [(20, 20), (21, 23), (22, 23), (23, 23)])  # the 20th is a Friday
def test_planner_opens_the_coming_week_at_the_weekend(today: int, opens: int) -> None:
    assert day_asked("", now=datetime(2026, 11, today, 12, tzinfo=UTC)).day == opens


@pytest.mark.parametrize(("today", "days"), [(21, [22, 23]), (22, [23]), (23, [24, 30])])
def test_no_day_is_offered_twice(today: int, days: list[int]) -> None:
    assert [one.on.day for one in days_offered(datetime(2026, 11, today, 12, tzinfo=UTC))] == days


def test_week_holds_what_is_ones_own_on_its_day(company: Company) -> None:
    people = company.people
    planned(company, company.account, 7)
    planned(company, company.foreign_account, 7)
    appointment(company.account, people.teammate, 7)
    week = week_of(principal(people.owner), on=NEXT_WEEK, now=NOW)
    assert names(week) == [("Alpha Works", "Operational")]
    assert [len(day.items) for day in week.days if day.on == NEXT_WEEK] == [1]
    assert names(week_of(principal(people.teammate), on=NEXT_WEEK, now=NOW)) == [
        ("Alpha Works", "Visit"),
        ("Alpha Works", "Operational"),
    ]
    assert names(week_of(principal(people.leader), on=NEXT_WEEK, now=NOW)) == []
    assert names(week_of(principal(people.leader), on=NEXT_WEEK, now=NOW, owner=people.owner)) == [
        ("Alpha Works", "Operational")
    ]
    assert names(week_of(principal(people.leader), on=NEXT_WEEK, now=NOW, owner=people.outsider)) == []


def test_what_was_handed_over_is_in_the_week_of_whom_it_was_given(company: Company) -> None:
    people, made = company.people, planned(company, company.account, 7)
    hand_over_check_in(by=principal(people.owner), now=NOW, check_in=made, to=people.leader)
    assert names(week_of(principal(people.owner), on=NEXT_WEEK, now=NOW)) == []
    assert names(week_of(principal(people.leader), on=NEXT_WEEK, now=NOW)) == [("Alpha Works", "Operational")]


def test_overdue_comes_first_in_pages_and_in_no_day(company: Company) -> None:
    by = principal(company.people.owner)
    for number in range(22):
        account = make_account(f"Late {number:02}", owner=company.people.owner, team=company.people.north_one)
        planned(company, account, -30 + number)
    week = week_of(by, on=TODAY, now=NOW)
    assert [row.account.name for row in week.overdue.rows] == [f"Late {number:02}" for number in range(20)]
    assert names(week) == []
    rest = week_of(by, on=TODAY, now=NOW, cursor=week.overdue.next)
    assert [row.account.name for row in rest.overdue.rows] == ["Late 20", "Late 21"]


def test_queries_of_the_page_are_constant(company: Company) -> None:
    client = client_for(company.people.leader)
    address = f"/planner/?on={NEXT_WEEK.isoformat()}&owner={company.people.owner.pk}"
    client.get(address)
    counts = []
    for number in range(3):
        account = make_account(f"Mine {number}", owner=company.people.owner, team=company.people.north_one)
        planned(company, account, 7)
        appointment(account, company.people.owner, 7)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.content.decode().count("planner-item") == 2 * (number + 1)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


@pytest.mark.parametrize("query", ["on=x", "on=1900-01-01", "view=fun", "owner=x", "cursor=x"])
def test_bad_questions_are_refused(company: Company, query: str) -> None:
    assert client_for(company.people.leader).get(f"/planner/?{query}").status_code == 400


def test_manager_sees_no_other_week(company: Company) -> None:
    planned(company, company.account, 7)
    page = client_for(company.people.outsider).get(f"/planner/?on={NEXT_WEEK}&owner={company.people.owner.pk}")
    assert "Alpha Works" not in page.content.decode()


def test_decisions_by_the_web_are_taken_back_by_undo(company: Company) -> None:
    made, client = planned(company, company.account, 7), client_for(company.people.owner)
    asked = {"HTTP_HX_REQUEST": "true"}
    later = TODAY + timedelta(days=9)
    answer = client.post(f"/check-ins/{made.pk}/reschedule/", {"due_on": later.isoformat()}, **asked)
    undo = f"/check-ins/{made.pk}/undo/?due_on={NEXT_WEEK.isoformat()}"
    assert undo in answer.content.decode()
    assert "kam:saved" in answer.headers["HX-Trigger"]
    current = CheckIn.objects.all_for_system(**EVERYONE).filter(pk=made.pk)
    assert current.get().due_on == later
    client.post(undo, **asked)
    assert current.get().due_on == NEXT_WEEK
    assert client.post(f"/check-ins/{made.pk}/skip/", {"reason": ""}, **asked).status_code == 422
    client.post(f"/check-ins/{made.pk}/skip/", {"reason": "Fair"}, **asked)
    assert current.get().status == "skipped"
    client.post(f"/check-ins/{made.pk}/undo/", **asked)
    assert current.get().status == "open"
    page = client.post(f"/check-ins/{made.pk}/reschedule/", {"due_on": "2020-01-01"})
    assert (page.status_code, "a day to come" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1900-01-01", "2199-12-31", "x"])
def test_day_at_the_end_of_the_calendar_is_refused(company: Company, day: str) -> None:
    assert client_for(company.people.owner).get(f"/planner/?on={day}").status_code == 400


def test_no_way_back_is_offered_to_a_day_that_has_passed(company: Company) -> None:
    made = planned(company, company.account, -3)
    answer = client_for(company.people.owner).post(
        f"/check-ins/{made.pk}/reschedule/", {"due_on": NEXT_WEEK.isoformat()}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, f"/check-ins/{made.pk}/undo/" in answer.content.decode()) == (200, False)


def test_undo_is_offered_without_scripts_too(company: Company) -> None:
    made = planned(company, company.account, 7)
    client = client_for(company.people.owner)
    page = client.post(f"/check-ins/{made.pk}/skip/", {"reason": "Fair"}, follow=True)
    assert f'action="/check-ins/{made.pk}/undo/"' in page.content.decode()
