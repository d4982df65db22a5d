"""The census against a plain oracle; its doors; and what assumed and corrected starts mean."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.census import Kind, census, census_by_month, turned
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account, LifecycleEvent
from accounts.services.accounts import create_account, edit_account
from kam.core.errors import BadInput, DomainError
from tests.accounts.census_oracle import Told, expected, turns_of
from tests.factories import make_touchpoint
from tests.personas import SYSTEM, Company, api_client, client_for, make_account, make_token, principal

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}
FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def tell(account: Account, *told: Told[int], assumed: bool = False) -> None:
    LifecycleEvent.objects.bulk_create(
        LifecycleEvent(account=account, kind=kind, occurred_on=day(number), assumed=assumed) for kind, number in told
    )


told = st.lists(st.tuples(st.sampled_from(Kind.values), st.integers(0, 40)), max_size=5)


@given(st.lists(told, max_size=4), st.none() | st.integers(0, 40), st.integers(0, 40))
@hypothesis_settings(max_examples=60, deadline=None)
def test_census_equals_the_oracle(accounts: list[list[Told[int]]], since: int | None, on: int) -> None:
    with transaction.atomic():
        for each in accounts:
            tell(make_account("One", owner=None, team=None), *each)
        if since is not None and since > on:
            with pytest.raises(BadInput):
                census(SYSTEM, on=day(on), since=day(since))
        else:
            found = census(SYSTEM, on=day(on), since=None if since is None else day(since))
            right = expected(accounts, since, on)
            assert {name: getattr(found, name) for name in right} == right
            seen = census_by_month(SYSTEM, on=day(on), months=3)
            assert [month.since for month in seen][-1] == day(on).replace(day=1)
            for month in seen:
                assert month == census(SYSTEM, on=month.on, since=month.since)
            for kind in Kind:
                ids = turned(SYSTEM, kind=kind, since=FIRST, on=day(on))
                listed = Account.objects.visible_to(SYSTEM).filter(pk__in=ids).count()
                ever = sum(any(k == kind and w <= on for k, w in turns_of(each)) for each in accounts)
                assert listed == ever
        transaction.set_rollback(True)


edits = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["prospect", "onboarding", "active", "lost"]), st.none() | st.integers(0, 30)
    ),
    max_size=10,
)


@given(edits)
@hypothesis_settings(max_examples=40, deadline=None)
def test_after_any_edits_the_census_counts_who_is_a_customer(edits: list[tuple[int, str, int | None]]) -> None:
    """Lifecycles and dates are edited in any order; some edits are refused. Days go by."""
    with transaction.atomic():
        now = datetime(2026, 2, 1, 12, tzinfo=UTC)
        accounts = [create_account(by=SYSTEM, now=now, name=f"A {n}", lifecycle="prospect") for n in range(3)]
        for which, lifecycle, since in edits:
            now += timedelta(days=1)
            changes: dict[str, Any] = {"lifecycle": lifecycle, "customer_since": since if since is None else day(since)}
            try:
                with transaction.atomic():
                    edit_account(by=SYSTEM, now=now, account=accounts[which], changes=changes)
            except DomainError:
                continue
        customers = Account.objects.visible_to(SYSTEM).filter(lifecycle__in=CUSTOMER_LIFECYCLES).count()
        assert census(SYSTEM, on=day(4000)).closing == customers
        transaction.set_rollback(True)


def test_a_start_that_nobody_gave_is_the_first_touchpoint_or_the_creation(company: Company) -> None:
    account = company.account
    created = account.created_at.date()
    LifecycleEvent(account=account, kind="won", occurred_on=created, assumed=True).save()
    assert census(SYSTEM, on=created - timedelta(days=1)).closing == 0
    make_touchpoint(account, days_ago=200)
    make_touchpoint(account, days_ago=100)
    start = created - timedelta(days=200)
    counted = census(SYSTEM, on=start, since=start)
    assert (counted.won, counted.assumed, counted.closing) == (1, 1, 1)
    assert census(SYSTEM, on=start - timedelta(days=1)).closing == 0
    LifecycleEvent.objects.all_for_system(**WHY).update(occurred_on=created - timedelta(days=5))  # it was won later
    assert census(SYSTEM, on=created - timedelta(days=6)).closing == 0


def test_another_customer_since_moves_the_start(company: Company) -> None:
    now, by = datetime(2026, 3, 9, 12, tzinfo=UTC), principal(company.people.owner)
    account = create_account(by=by, now=now, name="Beta", customer_since=date(2020, 1, 1))

    def won() -> tuple[date, bool]:
        return LifecycleEvent.objects.all_for_system(**WHY).values_list("occurred_on", "assumed").get(account=account)

    edit_account(by=by, now=now, account=account, changes={"customer_since": date(2019, 5, 1)})
    assert won() == (date(2019, 5, 1), False)
    edit_account(by=by, now=now, account=account, changes={"customer_since": None})
    assert won() == (account.created_at.date(), True)


def test_a_start_given_and_taken_back_is_the_day_it_was_told(company: Company) -> None:
    now, by = datetime(2026, 3, 9, 12, tzinfo=UTC), principal(company.people.owner)
    account = create_account(by=by, now=now, name="Beta", lifecycle="prospect")
    Account.objects.all_for_system(**WHY).filter(pk=account.pk).update(created_at=now - timedelta(days=400))
    edit_account(by=by, now=now, account=account, changes={"lifecycle": "onboarding"})
    event = LifecycleEvent.objects.all_for_system(**WHY).get(account=account)
    # Onboarding ends, and the date is said in the same edit.
    for since, start in ((date(2026, 3, 1), date(2026, 3, 1)), (None, event.created_at.date())):
        edit_account(by=by, now=now, account=account, changes={"lifecycle": "active", "customer_since": since})
        event.refresh_from_db(from_queryset=LifecycleEvent.objects.all_for_system(**WHY))
        assert (event.occurred_on, event.assumed) == (start, since is None)


def test_everybody_counts_what_they_see(company: Company) -> None:
    tell(company.account, ("won", 0))
    tell(company.foreign_account, ("won", 1), ("lost", 5))
    people = company.people
    who = ("owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "integration", "newcomer")
    totals = {name: census(principal(getattr(people, name)), on=day(4)).closing for name in who}
    assert totals == {
        "owner": 1, "teammate": 1, "outsider": 1, "leader": 1, "sibling_leader": 1, "admin": 2, "integration": 1,
        "newcomer": 0,
    }  # fmt: skip
    assert census(principal(people.outsider), on=day(5)).closing == 0


@pytest.fixture
def counted(company: Company) -> Company:
    tell(company.account, ("won", 0), ("lost", 40), ("regained", 70))
    people = company.people
    tell(make_account("Beta", owner=people.owner, team=people.north_one), ("won", 45))
    return company


EXPECTED = {"total": 2, "opening": 1, "won": 1, "regained": 1, "lost": 1, "merged": 0, "closing": 2}


def test_api_and_command_answer_alike(counted: Company) -> None:
    asked = {"on": "2026-09-30", "from": "2026-02-01"}
    owner = counted.people.owner
    answer = api_client(make_token(owner)).get("/api/v1/accounts/census", asked)
    assert answer.json() == {"on": "2026-09-30"} | EXPECTED
    out = StringIO()
    args = ["--on", "2026-09-30", "--from", "2026-02-01", "--as", owner.email]
    call_command("census", *args, "--json", stdout=out)
    assert json.loads(out.getvalue()) == answer.json()
    out = StringIO()
    call_command("census", *args, stdout=out)
    assert out.getvalue().split() == ["on", "2026-09-30", *(str(word) for item in EXPECTED.items() for word in item)]


@pytest.mark.parametrize("query", ["on=x", "on=2026-02-30", "on=1899-12-31", "from=2200-01-01", "nonsense=1", "on="])
def test_api_refuses_what_is_no_date(counted: Company, query: str) -> None:
    api = api_client(make_token(counted.people.owner))
    assert api.get(f"/api/v1/accounts/census?{query}").status_code == 400
    backwards = api.get("/api/v1/accounts/census?on=2026-01-01&from=2026-01-02").json()
    assert backwards["code"] == "dates_in_order"


def test_page_says_it_in_words_and_every_figure_opens_its_accounts(counted: Company) -> None:
    client = client_for(counted.people.leader)
    page = client.get("/census/", {"on": "2026-03-31"})
    assert "2 customers" in page.content.decode()
    months = page.context["months"]
    assert [(m.census.opening, m.census.closing) for m in months][:4] == [(1, 2), (1, 1), (0, 1), (0, 0)]
    for month in months[:4]:
        for move in month.moves[:3]:
            listed = client.get(move.href)
            assert listed.context["totals"].count == move.count
            if move.count:
                assert listed.context["chips"][0][0] == "Census"
    assert "Write the date as 2026-09-30." in client.get("/census/", {"on": "2026-02-31"}).text
    assert client.get("/census/", {"on": "x"}).status_code == 400
    for wrong in ("won", "gone.2026-01-01.2026-01-02", "won.x.2026-01-01", "won.2026-01-01"):
        assert client.get("/accounts/", {"turned": wrong}).status_code == 400


def test_queries_of_the_page_do_not_grow(counted: Company) -> None:
    people, client, counts = counted.people, client_for(counted.people.leader), []
    for size in (1, 3, 30):
        for number in range(size):
            tell(make_account("More", owner=people.owner, team=people.north_one), ("won", number))
        with CaptureQueriesContext(connection) as queries:
            client.get("/census/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12
