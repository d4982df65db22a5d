"""My day: one list by urgency, the week, and what changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.day import Further, day_of
from accounts.days import reporting_day
from accounts.models import Account, Contact
from accounts.registry import DayLine, DaySource, registry
from kam.core import clock
from kam.people.principal import Principal
from tests.personas import Company, client_for, make_account, principal

URL = "/my-day/"
NOW = clock.now()
TODAY = reporting_day(NOW)


def line(account: Account, word: str, *, state: str = "red", ahead: int | None = None, weight: float = 0) -> DayLine:
    due = None if ahead is None else TODAY + timedelta(days=ahead)
    return DayLine("k", account, state, word, f"Because {word}.", "Log call", due_on=due, weight=weight)


@pytest.fixture
def lines(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[DayLine]:
    account = company.account
    others = [Account(name=f"Other {number}") for number in range(4)]
    found = [
        line(others[0], "later", ahead=7),
        line(others[1], "amber now", state="amber", weight=9),
        line(others[2], "overdue", ahead=-3, weight=2),
        line(others[3], "soon", ahead=2),
        line(account, "red now", weight=1),
        replace(line(account, "sooner", ahead=1), at=NOW + timedelta(days=1)),
    ]

    def source(person: Principal, now: datetime) -> Sequence[DayLine]:
        return found

    monkeypatch.setattr(registry, "day", [DaySource("test", source)])
    return found


def test_lines_are_one_list_by_urgency(company: Company, lines: list[DayLine]) -> None:
    day = day_of(principal(company.people.owner), now=NOW)
    assert {group.key: [one.word for one in group.lines] for group in day.groups} == {
        "today": ["overdue", "red now", "amber now"],
        "week": ["sooner", "soon"],
        "later": ["later"],
    }
    assert [one.count for one in day.week] == [3, 1, 1, 0, 0, 0, 0]
    assert [one.appointments for one in day.week] == [0, 1, 0, 0, 0, 0, 0]
    counts = {group.key: group.count for group in day.groups}
    assert (day.week[0].count, sum(one.count for one in day.week[1:])) == (counts["today"], counts["week"])
    assert not day.is_clear


def test_rest_of_a_group_is_the_same_list_further_on(
    company: Company, lines: list[DayLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    by = principal(company.people.owner)
    lines += [line(Account(name=f"Week {n:02}", name_sort=f"week {n:02}"), "soon", ahead=3) for n in range(15)]
    assert [len(group.lines) for group in day_of(by, now=NOW).groups] == [3, 17, 1]
    monkeypatch.setattr("accounts.day.MOST_SHOWN", 2)  # today alone is too much: of what comes there are few
    groups = day_of(by, now=NOW).groups
    assert [(len(group.lines), group.count, group.more) for group in groups] == [(2, 3, 1), (10, 17, 7), (1, 1, 0)]
    seen, week = list(groups[1].lines), groups[1]
    while week.more:
        day = day_of(by, now=NOW, further=Further("week", week.until))
        [week] = day.groups
        assert day.is_further
        seen += week.lines
    assert [one.account.name for one in seen] == ["Alpha Works", "Other 3", *(f"Week {n:02}" for n in range(15))]


@pytest.mark.parametrize(
    ("key", "after", "shown"),
    [
        ("today", 1, [("today", 1, 3)]),
        ("today", 900, [("today", 1, 3)]),  # lines went meanwhile: the last of them
        ("later", 2, [("later", 0, 1)]),
        ("gone", 2, [("today", 0, 2), ("week", 0, 2), ("later", 0, 1)]),
    ],
)
def test_further_on_where_lines_have_gone_the_last_are_shown(
    company: Company,
    lines: list[DayLine],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    after: int,
    shown: list[tuple[str, int, int]],
) -> None:
    monkeypatch.setattr("accounts.day.MOST_SHOWN", 2)
    day = day_of(principal(company.people.owner), now=NOW, further=Further(key, after))
    assert [(group.key, group.after, group.until) for group in day.groups] == shown
    assert [one.count for one in day.week] == [3, 1, 1, 0, 0, 0, 0]  # of all lines, whatever is shown


@pytest.mark.parametrize("after", ["", "-1", "x", "٣", "1234567"])
def test_further_on_after_no_number_is_refused(company: Company, after: str) -> None:
    assert client_for(company.people.owner).get(URL, {"group": "today", "after": after}).status_code == 400


def test_an_account_has_one_line_besides_its_appointments(company: Company, lines: list[DayLine]) -> None:
    account = company.account
    lines[:] = [
        line(account, "check-in", state="amber", ahead=0),
        line(account, "stale", weight=9),
        replace(line(account, "escalated", weight=1), speaks_first=True),
        line(account, "review", ahead=9),
        replace(line(account, "visit", ahead=1), at=NOW + timedelta(days=1)),
    ]
    day = day_of(principal(company.people.owner), now=NOW)
    assert [[one.word for one in group.lines] for group in day.groups] == [["escalated"], ["visit"]]
    assert [one.count for one in day.week] == [1, 1, 0, 0, 0, 0, 0]


def test_page_says_what_why_whom_and_one_action(company: Company, lines: list[DayLine]) -> None:
    contact = Contact(first_name="Ana", last_name="Ito", phone="+12", job_title="COO")
    lines[4] = DayLine("k", company.account, "red", "Stale", "No contact for 41 days.", "Log call", contact=contact)
    text = client_for(company.people.owner).get(URL).content.decode()
    for piece in ("Alpha Works", "No contact for 41 days.", "Ana Ito", "tel:+12", "COO", "Today", "This week", "Later"):
        assert piece in text


def test_a_clear_day_says_until_when_and_whom_to_call(company: Company, lines: list[DayLine]) -> None:
    del lines[1:3], lines[2:3]  # what is due today
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(
        stale_at=NOW + timedelta(days=5)
    )
    for number in range(4):
        make_account(f"In {number}", owner=company.people.owner, team=None, stale_at=NOW + timedelta(days=number + 1))
    called = {"last_touch_at": NOW - timedelta(days=1)}
    make_account("Called", owner=company.people.owner, team=None, stale_at=NOW + timedelta(hours=1), **called)
    page = client_for(company.people.owner).get(URL)
    assert page.context["day"].is_clear
    assert page.context["day"].clear_until == TODAY + timedelta(days=1)
    assert [account.name for account in page.context["calls"]] == ["In 0", "In 1", "In 2"]
    assert "All clear until" in page.content.decode()


def test_who_owns_nothing_is_shown_the_portfolio(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "day", [])
    page = client_for(company.people.newcomer).get(URL)
    assert page.status_code == 200
    assert "You own no accounts" in page.content.decode()


def test_who_owns_something_is_told_that_all_is_clear(company: Company) -> None:
    assert "All clear" in client_for(company.people.owner).get(URL).content.decode()


def test_queries_do_not_grow_with_rows(company: Company) -> None:
    people, counts = company.people, []
    client = client_for(people.owner)
    Account.objects.all_for_system(reason="tests").update(stale_at=NOW + timedelta(days=5))
    for wanted in (1, 3, 30):
        while Account.objects.all_for_system(reason="tests").filter(owner=people.owner).count() < wanted:
            make_account("One more", owner=people.owner, team=people.north_one, stale_at=NOW + timedelta(days=5))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12
