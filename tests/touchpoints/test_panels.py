"""What touchpoints add to the account page, to My day and to lists of accounts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from accounts.days import reporting_day
from accounts.models import Account
from accounts.registry import DayLine
from kam.core import clock
from tests.factories import make_contact, make_touchpoint
from tests.personas import Company, make_account, principal
from touchpoints.cadence import Cadence, regularity
from touchpoints.day import day_lines
from touchpoints.panels import cadence_panel, next_check_ins, timeline
from touchpoints.selectors import open_check_ins

pytestmark = pytest.mark.django_db
NOW = clock.now()


def customer(company: Company, name: str, tier: str = "A", **fields: object) -> Account:
    return make_account(name, owner=company.people.owner, team=company.people.north_one, tier=tier, **fields)


def lines(company: Company) -> dict[str, DayLine]:
    return {line.account.name: line for line in day_lines(principal(company.people.owner), NOW)}


def test_day_says_why_in_one_sentence(company: Company) -> None:
    for name, tier, days in (("Silent", "A", 41), ("Soon", "A", 25), ("Due", "B", 40), ("Fine", "C", 10)):
        make_touchpoint(customer(company, name, tier), days_ago=days, now=NOW)
    found = lines(company)
    assert set(found) == {"Silent", "Soon", "Due"}
    silent, due = found["Silent"], found["Due"]
    assert silent.sentence == "No two-way contact for 41 days; tier A allows 30"
    assert (silent.state, silent.word, silent.due_on) == ("red", "Stale", None)
    assert due.state == "amber"
    assert "overdue" in due.sentence


def test_day_has_one_line_for_each_account_the_most_urgent(company: Company) -> None:
    account = customer(company, "Silent", "A")
    make_touchpoint(account, days_ago=41, now=NOW)  # stale, its check-in is overdue, too
    assert [line.word for line in day_lines(principal(company.people.owner), NOW)] == ["Stale"]


def test_day_before_the_check_in_is_due_says_going_stale(company: Company) -> None:
    account = customer(company, "Tight", "A")
    make_touchpoint(account, days_ago=25, now=NOW)
    open_check_ins(principal(company.people.owner)).filter(account=account).update(
        due_on=reporting_day(NOW + timedelta(6))
    )
    line = lines(company)["Tight"]
    assert (line.word, line.due_on) == ("Going stale", reporting_day(NOW + timedelta(days=5)))


def test_day_shows_what_comes_within_three_weeks(company: Company) -> None:
    by, today = principal(company.people.owner), reporting_day(NOW)
    for name, days in (("Later", 10), ("Last", 21), ("Beyond", 22)):
        make_touchpoint(customer(company, name, "C"), days_ago=1, now=NOW)
        due = today + timedelta(days=days)
        open_check_ins(by).filter(account__in=Account.objects.visible_to(by).filter(name=name)).update(due_on=due)
    found = lines(company)
    assert {name: (line.word, line.state) for name, line in found.items()} == {
        "Later": ("Check-in", "neutral"),
        "Last": ("Check-in", "neutral"),
    }
    assert found["Later"].due_on == today + timedelta(days=10)


def test_day_names_whom_to_call(company: Company) -> None:
    account = customer(company, "Silent", "A")
    make_touchpoint(account, days_ago=41, now=NOW)
    make_contact(account, first_name="Aaron", influence=5)
    make_contact(account, first_name="Sponsor", buying_roles=["sponsor"])
    chief = make_contact(account, first_name="Chief", buying_roles=["decision_maker"], influence=1)
    assert lines(company)["Silent"].contact == chief


def test_day_is_of_ones_own_accounts(company: Company) -> None:
    make_touchpoint(company.foreign_account, days_ago=400, now=NOW)
    make_touchpoint(company.account, days_ago=400, now=NOW)
    names = {
        person: [line.account.name for line in day_lines(principal(person), NOW)]
        for person in (
            company.people.owner,
            company.people.teammate,
            company.people.outsider,
            company.people.leader,
            company.people.admin,
        )
    }
    assert names == {
        company.people.owner: ["Alpha Works"],
        company.people.teammate: ["Alpha Works"],
        company.people.outsider: ["Canary Foreign GmbH"],
        company.people.leader: [],
        company.people.admin: [],
    }


def test_queries_of_a_day_are_constant(company: Company) -> None:
    counts = []
    for n in range(3):
        account = customer(company, f"Silent {n}", "A")
        make_touchpoint(account, days_ago=41, now=NOW)
        make_contact(account)
        by = principal(company.people.owner)
        with CaptureQueriesContext(connection) as queries:
            assert len(day_lines(by, NOW)) == n + 1
        counts.append(len(queries))
    assert counts == [3, 3, 3]


def test_timeline_pages_newest_first_with_constant_queries(company: Company) -> None:
    by, account = principal(company.people.owner), company.account
    same = NOW - timedelta(days=3)
    made = [make_touchpoint(account, occurred_at=same, contacts=[make_contact(account)]) for _ in range(3)]
    newest = make_touchpoint(account, days_ago=1, now=NOW, notes="x" * 300, sentiment_start=-1, sentiment_end=2)
    make_touchpoint(company.foreign_account, days_ago=1, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        first = timeline(by, account, None, 2)
    expected = [newest, *sorted(made, key=lambda one: one.pk, reverse=True)]
    assert [entry.record for entry in first] == expected[:2]
    rest = timeline(by, account, (first[-1].occurred_at, first[-1].id), 10)
    assert [entry.record for entry in rest] == expected[2:]
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as none:
        text = "".join(render_to_string(entry.template, {"entry": entry, "now": NOW}) for entry in first)
    assert len(none) == 0
    assert "Delighted" in text
    assert "<details" in text
    assert timeline(principal(company.people.outsider), account, None, 10) == []


def test_cadence_panel_says_what_is_planned_and_whose_rule_it_is(company: Company) -> None:
    account = customer(company, "Steady", "A")
    for days in (100, 80, 60, 20, 6):
        make_touchpoint(account, days_ago=days, now=NOW)
    account = Account.objects.visible_to(principal(company.people.owner)).get(pk=account.pk)
    values = cadence_panel(principal(company.people.owner), account, NOW)
    assert (values["whose"], values["is_flagged"]) == ("Tier A", False)
    assert (values["regularity"].kept, values["regularity"].periods, values["regularity"].longest_days) == (3, 4, 40)
    text = render_to_string("touchpoints/cadence_panel.html", {**values, "now": NOW})
    assert "every 14 days, at most 30" in text
    assert "3 of 4 intervals kept" in text


def test_cadence_panel_of_a_prospect_says_that_nothing_is_planned(company: Company) -> None:
    account = customer(company, "Maybe", lifecycle="prospect")
    values = cadence_panel(principal(company.people.owner), account, NOW)
    text = render_to_string("touchpoints/cadence_panel.html", values)
    assert "No check-ins are planned for a prospect" in text


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ([], None),
        ([5], (0, 0, 5)),
        ([40], (0, 1, 40)),
        ([35, 5], (1, 1, 30)),
        ([36, 5], (0, 1, 31)),
        ([90, 80, 40], (1, 3, 40)),
    ],
)
def test_regularity(days_ago: list[int], expected: tuple[int, int, int] | None) -> None:
    found = regularity([NOW - timedelta(days=days) for days in days_ago], Cadence(14, 30), as_of=NOW)
    assert (found and (found.kept, found.periods, found.longest_days)) == expected


def test_next_check_ins_of_visible_accounts_in_one_query(company: Company) -> None:
    ids = [company.account.pk, company.foreign_account.pk]
    for account in (company.account, company.foreign_account):
        make_touchpoint(account, days_ago=1, now=NOW)
    by = principal(company.people.owner)
    with CaptureQueriesContext(connection) as queries:
        found = next_check_ins(by, ids)
    assert (list(found), len(queries)) == ([company.account.pk], 1)
    assert found[company.account.pk] == open_check_ins(by).get().due_on
