"""What touchpoints add to the account page, to My day and to lists of accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from accounts.day import day_of
from accounts.days import StaleIn, reporting_day, stale_in
from accounts.models import Account
from accounts.registry import DayLine
from kam.core import clock, wording
from tests.factories import make_contact, make_touchpoint
from tests.personas import Company, client_for, make_account, principal
from touchpoints.cadence import Cadence, regularity
from touchpoints.day import day_lines, in_words
from touchpoints.panels import cadence_panel, timeline
from touchpoints.selectors import open_check_ins
from touchpoints.services.reconcile import reconcile
from touchpoints.silence import silence_words
from touchpoints.upcoming import next_planned

pytestmark = pytest.mark.django_db
NOW = clock.now()


def customer(company: Company, name: str, tier: str = "A", **fields: object) -> Account:
    return make_account(name, owner=company.people.owner, team=company.people.north_one, tier=tier, **fields)


def lines(company: Company) -> dict[str, DayLine]:
    by = principal(company.people.owner)
    return {line.account.name: line for line in in_words(by, day_lines(by, NOW), NOW)}


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
            assert len(in_words(by, day_lines(by, NOW), NOW)) == n + 1
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
    operational, review, executive = values["purposes"]
    assert (operational["whose"], operational["is_flagged"]) == ("Tier A", False)
    steady = operational["regularity"]
    assert (steady.kept, steady.periods, steady.longest_days) == (3, 4, 40)
    assert (review["cadence"].ideal_days, executive["cadence"].ideal_days) == (90, 180)
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


@pytest.mark.parametrize(
    ("since", "days_ago", "expected"),
    [
        (None, [], None),
        (None, [400], (0, 1, 400)),  # silent for more than a year
        (None, [400, 10], (0, 1, 390)),  # the gap that reaches into the window
        (None, [800, 375, 355, 335, 310, 300, 20], (4, 5, 280)),  # what lies before the window's first gap is no matter
        (None, [365], (0, 1, 365)),  # the very start
        (None, [10], (0, 0, 10)),
        (20, [], (0, 0, 20)),  # never touched: from customer_since
        (100, [], (0, 1, 100)),
        (100, [10], (0, 1, 90)),
        (1000, [400, 380, 360], (1, 2, 360)),
        (5, [40, 10], (1, 1, 30)),  # touched before it became a customer
    ],
)
def test_regularity_of_the_last_twelve_months(
    company: Company, since: int | None, days_ago: list[int], expected: tuple[int, int, int] | None
) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    account = customer(company, "Steady", customer_since=since and (midnight - timedelta(days=since)).date())
    for days in days_ago:
        make_touchpoint(account, days_ago=days, now=midnight)
    found = cadence_panel(principal(company.people.owner), account, midnight)["purposes"][0]["regularity"]
    assert (found and (found.kept, found.periods, found.longest_days)) == expected


def test_next_planned_is_the_sooner_of_check_in_and_appointment_where_visible_in_one_query(
    company: Company, settings: LazySettings
) -> None:
    settings.REPORTING_ZONE = "Asia/Tokyo"
    arranged = customer(company, "Arranged")
    for account in (company.account, company.foreign_account, arranged):
        make_touchpoint(account, days_ago=1, now=NOW)
        make_touchpoint(account, days_ago=-300, now=NOW)
    evening = NOW.replace(hour=20, minute=0) + timedelta(days=2)  # already the next day in Tokyo
    make_touchpoint(arranged, days_ago=-1, now=NOW, occurred_at=evening)
    by = principal(company.people.owner)
    with CaptureQueriesContext(connection) as queries:
        found = next_planned(by, [company.account.pk, company.foreign_account.pk, arranged.pk])
    assert len(queries) == 1
    assert found == {
        company.account.pk: open_check_ins(by).get(account=company.account).due_on,
        arranged.pk: (evening + timedelta(days=1)).date(),
    }


def test_the_most_valuable_of_the_equally_silent_come_first_and_the_never_contacted_last(company: Company) -> None:
    by = principal(company.people.owner)
    for name, revenue, days in (("Small", 10_000, 60), ("Big", 900_000, 50), ("Middling", None, 40)):
        make_touchpoint(customer(company, name, account_revenue=revenue, currency="EUR"), days_ago=days, now=NOW)
    since = reporting_day(NOW) - timedelta(days=900)
    imported = customer(company, "Imported", account_revenue=5_000_000, customer_since=since, currency="EUR")
    reconcile([imported.pk], now=NOW)
    today = next(group for group in day_of(by, now=NOW).groups if group.key == "today")
    assert [line.account.name for line in today.lines] == ["Big", "Middling", "Small", "Imported"]
    assert today.lines[-1].word == "No contact yet"
    assert today.lines[-1].sentence.startswith("Never contacted; customer since ")


def test_a_day_with_three_hundred_stale_accounts_still_shows_what_comes(company: Company) -> None:
    owner = company.people.owner
    rows = [Account(name=f"Imported {n}", name_sort=f"imported {n:03}", owner=owner, tier="A") for n in range(300)]
    for row in rows:
        row.lifecycle, row.customer_since = "active", date(2020, 1, 1)
    Account.objects.bulk_create(rows)
    reconcile([row.pk for row in rows], now=NOW)
    make_touchpoint(customer(company, "Real"), days_ago=41, now=NOW)
    make_touchpoint(customer(company, "Coming"), days_ago=25, now=NOW)
    client = client_for(owner)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/my-day/")
    assert len(queries) <= 12
    groups = {group.key: group for group in page.context["day"].groups}
    assert groups["today"].count == page.context["day"].week[0].count >= 301
    assert len(groups["today"].lines) == 30
    assert groups["today"].lines[0].account.name == "Real"
    assert groups["today"].more == groups["today"].count - 30
    assert {"today", "week"} & set(groups) == set(groups) - {"later"}


def test_whatever_is_counted_is_shown_further_on(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """No planner has them all: check-ins are moved far ahead and given away, and a week crosses Sunday."""
    owner, by, today = company.people.owner, principal(company.people.owner), reporting_day(NOW)
    for name, days in (("A", 45), ("B moved", 44), ("C moved", 43), ("D given", 42), ("E going", 25), ("F given", 25)):
        make_touchpoint(customer(company, name), days_ago=days, now=NOW)
    for n in range(6):
        make_touchpoint(customer(company, f"On day {n}", "C"), days_ago=1, now=NOW)
        open_check_ins(by).filter(account__name=f"On day {n}").update(due_on=today + timedelta(days=n + 1))
    open_check_ins(by).filter(account__name__endswith="moved").update(due_on=today + timedelta(days=14))
    open_check_ins(by).filter(account__name__endswith="given").update(assigned_to=company.people.teammate)
    whole = {group.key: group for group in day_of(by, now=NOW).groups}
    monkeypatch.setattr("accounts.day.MOST_SHOWN", 1)
    monkeypatch.setattr("accounts.day.FEW_AHEAD", 1)
    client = client_for(owner)
    for key, group in whole.items():
        found, address = [], "/my-day/"
        while address:
            page = client.get(address).context["day"]
            part = next(one for one in page.groups if one.key == key)
            found += [line.account.name for line in part.lines]
            address = f"/my-day/?group={key}&after={part.until}" if part.more else ""
        assert found == [line.account.name for line in group.lines]
    assert {line.account.name for line in whole["today"].lines} >= {"A", "B moved", "C moved", "D given"}
    assert {line.account.name for line in whole["week"].lines} >= {"F given", *(f"On day {n}" for n in range(6))}


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "sentence", "head"),
    [
        ({"hours": 3}, "Two-way contact today", "3 h ago"),
        ({"hours": 12, "minutes": 1}, "Two-way contact yesterday", "yesterday"),
        ({"hours": 35, "minutes": 59}, "Two-way contact yesterday", "yesterday"),
        ({"hours": 36, "minutes": 1}, "No two-way contact for 1 day", "1 day ago"),
        ({"days": 2}, "No two-way contact for 2 days", "2 days ago"),
        ({"days": 29, "hours": 23, "minutes": 59}, "No two-way contact for 29 days", "29 days ago"),
        ({"days": 30}, "No two-way contact for 30 days", "30 days ago"),
        ({"days": 30, "minutes": 1}, "No two-way contact for over 30 days", "30 days ago"),
        ({"days": 30, "hours": 13}, "No two-way contact for over 30 days", "30 days ago"),
        ({"days": 31}, "No two-way contact for 31 days", "31 days ago"),
    ],
)
def test_every_page_counts_the_same_days(ago: dict[str, int], sentence: str, head: str) -> None:
    since = NOON - timedelta(**ago)
    assert silence_words(since, allowed=30, now=NOON) == sentence
    assert wording.relative(since, now=NOON) == head


@pytest.mark.parametrize(
    ("ago", "days", "is_stale"),
    [
        ({"days": 28, "hours": 23}, 1, False),
        ({"days": 29, "hours": 12}, 0, False),
        ({"days": 30}, 0, False),
        ({"days": 30, "seconds": 1}, 0, True),
        ({"days": 31}, 1, True),
    ],
)
def test_silence_less_what_is_allowed_is_how_long_it_is_stale(ago: dict[str, int], days: int, is_stale: bool) -> None:
    since = NOON - timedelta(**ago)
    assert stale_in(since + timedelta(days=30), now=NOON) == StaleIn(days, is_stale)


def test_an_account_with_nothing_to_count_from_says_so(company: Company) -> None:
    account = customer(company, "Blank", lifecycle="active")
    text = client_for(company.people.owner).get(f"/accounts/{account.pk}/").content.decode()
    assert "Not contacted yet; counts from the first contact or a customer-since date" in text
    assert "No cadence applies" not in text


def test_head_and_panel_agree_while_the_cadence_is_being_planned(company: Company) -> None:
    account = customer(company, "Fresh", customer_since=reporting_day(NOW) - timedelta(days=1))
    web, address = client_for(company.people.owner), f"/accounts/{account.pk}/"
    text = web.get(address).content.decode()
    assert "Its cadence is being planned" in text
    assert [words in text for words in ("No cadence applies", "none planned", "none open", "Within its")] == [False] * 4
    reconcile([account.pk], now=NOW)
    assert "being planned" not in web.get(address).content.decode()


def test_no_regularity_before_somebody_becomes_a_customer() -> None:
    assert regularity([NOW + timedelta(days=8)], Cadence(14, 30), as_of=NOW) is None
