"""The rollup: right whatever wrote, whenever it is read, for whomever."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.choices import team_tree
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import (
    Account,
    AccountMember,
    HealthSnapshot,
    RollupCell,
    RollupEntry,
    RollupMark,
    RollupMonth,
    RollupYear,
)
from accounts.portfolio import portfolio
from accounts.rollup import sweep
from accounts.rollup.drift import Drift, drift, mend_cells, mend_span
from accounts.rollup.rebuilding import rebuild
from accounts.rollup.year import refresh
from accounts.visibility import seen_as_member_only, visible_cells
from kam.core import clock
from kam.people.principal import Principal
from tests.personas import People, api_client, client_for, make_account, make_token
from tests.personas import principal as principal_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
REASON = "tests"


def rows() -> Any:
    return Account.objects.all_for_system(reason=REASON)


def counted_by_hand(principal: Principal, now: datetime, days: int) -> dict[Any, Any]:
    """(owner, band) → what the page must say, in plain Python over what the principal sees."""
    found: dict[Any, Any] = {}
    for account in Account.objects.visible_to(principal).filter(lifecycle__in=CUSTOMER_LIFECYCLES):
        earlier = earlier_health(account, now, days)
        fell = None not in (earlier, account.health) and account.health < earlier
        silent = account.stale_at is not None and account.stale_at < now
        worth = account.account_revenue or Decimal(0) if account.currency == "EUR" else Decimal(0)
        key = account.owner_id
        n, value, stale, down = found.get(key, (0, Decimal(0), 0, 0))
        found[key] = (n + 1, value + worth, stale + silent, down + fell)
    return found


def earlier_health(account: Account, now: datetime, days: int) -> int | None:
    day = reporting_day(now) - timedelta(days=days)
    held = HealthSnapshot.objects.all_for_system(reason=REASON).filter(account=account, on__lte=day)
    return held.order_by("-on").values_list("score", flat=True).first()


def named_by_hand(principal: Principal, now: datetime, days: int) -> list[list[UUID]]:
    """The first two of what the page names, in its order: most at risk, longest silent, moved most, most valuable."""
    seen = list(Account.objects.visible_to(principal).filter(lifecycle__in=CUSTOMER_LIFECYCLES))
    moves = {one: (one.health or 0) - (earlier_health(one, now, days) or 0) for one in seen}
    risks = {one: (one.account_revenue or 0) * (100 - (one.health or 0)) for one in seen}
    orders: list[tuple[Any, Any]] = [
        (lambda one: risks[one] and one.health is not None, lambda one: (one.currency != "EUR", -risks[one])),
        (lambda one: one.stale_at is not None and one.stale_at < now, lambda one: one.stale_at),
        (
            lambda one: moves[one] and None not in (one.health, earlier_health(one, now, days)),
            lambda one: (-abs(moves[one]), moves[one]),
        ),
        (lambda one: one.account_revenue and one.currency == "EUR", lambda one: -one.account_revenue),
    ]
    there = [(sorted(filter(who, seen), key=lambda one: (order(one), one.pk))) for who, order in orders]
    return [[one.pk for one in found[:2]] for found in there]


def named(principal: Principal, now: datetime, days: int) -> list[list[UUID]]:
    found = read(principal, now, days)
    lists = found.worst, found.silent, [one.account for one in found.movers], found.treemap.accounts
    return [[one.pk for one in accounts] for accounts in lists]


def read(principal: Principal, now: datetime, days: int = 30) -> Any:
    return portfolio(principal, tree=team_tree(principal), team_id=None, days=days, now=now)


def shown(principal: Principal, now: datetime, days: int) -> dict[Any, Any]:
    figures = read(principal, now, days).owners
    owner = [None if one.query["owner"] == "none" else UUID(one.query["owner"]) for one in figures]
    return {
        key: (one.tally.count, one.tally.value, one.tally.stale, one.tally.down)
        for key, one in zip(owner, figures, strict=True)
    }


BANDS = [("red", 20), ("amber", 60), ("green", 90), ("unknown", None)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "silence", "snapshot", "member", "lose", "drop", "sweep", "wait", "raw"]),
        st.integers(0, 5),
        st.integers(0, 400),
    ),
    min_size=1,
    max_size=12,
)


def write(people: People, step: tuple[str, int, int], now: datetime) -> datetime:
    """One write by whatever way; answers what time it is after it."""
    kind, which, amount = step
    owners, teams = [people.owner, people.teammate, None], [people.north_one, people.south_one, None]
    account = rows().order_by("name").all()[which : which + 1].first() if kind not in ("add", "sweep", "wait") else None
    band, score = BANDS[amount % 4]
    if kind == "add":
        make_account(
            f"Account {which}", owner=owners[which % 3], team=teams[amount % 3], health=score, health_band=band,
            account_revenue=amount or None, currency="USD" if amount % 5 == 0 else "EUR", lifecycle="active",
            stale_at=now + timedelta(days=amount % 7 - 3),
        )  # fmt: skip
    elif kind == "sweep":
        sweep(now=now, limit=amount % 3 + 1)
    elif kind == "wait":
        return now + timedelta(days=amount % 40, hours=which)
    elif account is None:
        pass
    elif kind == "change":
        rows().filter(pk=account.pk).update(health=score, health_band=band, owner=owners[which % 3])
    elif kind == "silence":
        rows().filter(pk=account.pk).update(stale_at=now + timedelta(days=amount % 60 - 30))
    elif kind == "snapshot":
        HealthSnapshot.objects.all_for_system(reason=REASON).update_or_create(
            account=account,
            on=reporting_day(now) - timedelta(days=amount),
            defaults={"score": score, "band": band, "weight_present": 1},
        )
    elif kind == "member":
        AccountMember.objects.all_for_system(reason=REASON).get_or_create(account=account, user=people.teammate)
    elif kind == "lose":
        rows().filter(pk=account.pk).update(lifecycle="lost" if amount % 2 else "active")
    elif kind == "drop":
        HealthSnapshot.objects.all_for_system(reason=REASON).filter(account=account).delete()
        AccountMember.objects.all_for_system(reason=REASON).filter(account=account).delete()
        rows().filter(pk=account.pk).delete()
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_account SET account_revenue = %s, team_id = NULL", [amount])
    return now


@given(steps=STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_figures_are_those_of_the_accounts_after_any_writes_and_sweeps(
    people: People, steps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.portfolio.MOST_SHOWN", 2)
    monkeypatch.setattr("accounts.portfolio.TILES", 2)
    now = NOW
    for step in [("add", 0, 1), ("add", 1, 90), *steps]:
        now = write(people, step, now)
    principals = [principal_of(user) for user in (people.teammate, people.leader, people.admin)]
    for days in (30, 365):  # before the sweep, and after it
        for principal in principals:
            assert shown(principal, now, days) == counted_by_hand(principal, now, days)
            assert named(principal, now, days) == named_by_hand(principal, now, days)
        while sweep(now=now):
            pass
        assert drift(now=now) == Drift(0, 0)
    rows_left = (
        HealthSnapshot.objects.all_for_system(reason=REASON),
        AccountMember.objects.all_for_system(reason=REASON),
    )
    for left in (*rows_left, rows()):
        left.delete()


@given(owned=st.booleans(), team=st.sampled_from(["north_one", "south_one", None]), member=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_and_memberships_together_are_what_the_rule_lets_see(
    people: People, owned: bool, team: str | None, member: bool
) -> None:
    account = make_account(
        "One", owner=people.teammate if owned else None, team=getattr(people, team) if team else None
    )
    if member:
        AccountMember(account=account, user=people.teammate).save()
    for user in (people.teammate, people.leader, people.integration, people.admin, people.newcomer):
        principal = principal_of(user)
        seen = set(Account.objects.visible_to(principal).values_list("pk", flat=True))
        in_cells = set(rows().filter(visible_cells(principal)).values_list("pk", flat=True))
        alone = set(rows().filter(seen_as_member_only(principal)).values_list("pk", flat=True))
        assert seen == in_cells | alone
        assert not in_cells & alone


def swept(people: People, now: datetime = NOW) -> Account:
    account = make_account(
        "Swept", owner=people.owner, team=people.north_one, health=20, health_band="red", lifecycle="active",
        account_revenue=Decimal(500), currency="EUR", stale_at=now + timedelta(hours=1),
    )  # fmt: skip
    sweep(now=now)
    assert RollupMark.objects.count() == 0
    return account


def test_only_what_is_counted_leaves_a_mark(people: People) -> None:
    account = swept(people)
    rows().filter(pk=account.pk).update(industry="Steel", version=2)
    assert RollupMark.objects.count() == 0
    rows().filter(pk=account.pk).update(account_revenue=7)
    assert list(RollupMark.objects.values_list("account_id", flat=True)) == [account.pk]


def test_an_account_that_went_silent_since_is_counted_without_a_sweep(people: People) -> None:
    swept(people)
    admin = principal_of(people.admin)
    assert [read(admin, NOW + timedelta(hours=hours)).whole.tally.stale for hours in (0, 2)] == [0, 1]
    sweep(now=NOW + timedelta(hours=2))
    assert RollupCell.objects.get().silent == 1
    assert read(admin, NOW).whole.tally.stale == 0  # a clock behind the sweeper's


def test_an_account_that_changed_twice_and_went_silent_is_counted_once(people: People) -> None:
    account = swept(people)
    for value in (600, 700):
        rows().filter(pk=account.pk).update(account_revenue=value)
    tally = read(principal_of(people.leader), NOW + timedelta(hours=2)).whole.tally
    assert (tally.count, tally.value, tally.stale) == (1, 700, 1)
    sweep(now=NOW + timedelta(hours=2))
    assert (RollupCell.objects.get().n, RollupCell.objects.get().value) == (1, 700)


def test_a_day_that_turns_moves_an_account_without_a_sweep(people: People) -> None:
    account = swept(people)
    HealthSnapshot(account=account, on=NOW.date() - timedelta(days=28), score=90, band="green", weight_present=1).save()
    sweep(now=NOW)
    admin = principal_of(people.admin)
    assert [read(admin, NOW + timedelta(days=days)).whole.tally.down for days in (1, 2)] == [0, 1]


@pytest.mark.parametrize("table", ["accounts_rollupentry", "accounts_rollupcell"])
def test_what_a_hand_broke_is_found_and_mended(people: People, table: str, capsys: Any) -> None:
    now = clock.now()
    swept(people, now)
    column = "value = value + 1" if "entry" in table else "n = n + 1"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column}")
    found = drift(now=now)
    assert found == Drift(int("entry" in table), 1)
    call_command("rollup")
    assert f"wrongly {found.entries}\nsums that are wrong      1" in capsys.readouterr().out
    assert mend_span(after=None, until=None, now=now) == found.entries
    assert mend_cells() == 1
    sweep(now=now)
    assert drift(now=now) == Drift(0, 0)
    assert RollupEntry.objects.get().value == 500
    assert RollupCell.objects.get().n == 1


def test_a_rebuild_leaves_no_drift_no_mark_and_every_year_behind(people: People) -> None:
    swept(people)
    refresh(now=NOW)
    owned = make_account("New", owner=people.owner, team=people.north_one, lifecycle="active")
    RollupEntry.objects.update(value=Decimal(1))
    RollupCell.objects.update(n=7)
    rebuild(now=NOW)
    assert drift(now=NOW) == Drift(0, 0)
    assert not RollupMark.objects.exists()
    assert RollupEntry.objects.filter(account_id=owned.pk).exists()
    assert set(RollupYear.objects.values_list("is_behind", flat=True)) == {True}


def test_a_year_is_kept_each_night_and_within_the_hour_of_a_change(people: People) -> None:
    account = swept(people)
    HealthSnapshot(account=account, on=NOW.date() - timedelta(days=90), score=90, band="green", weight_present=1).save()
    assert refresh(now=NOW) is False
    assert RollupYear.objects.get().as_of == NOW
    assert RollupMonth.objects.get(on="2026-08-31").green == 500
    rows().filter(pk=account.pk).update(account_revenue=800)
    for minutes, value in ((30, 500), (61, 800)):
        now = NOW + timedelta(minutes=minutes)
        sweep(now=now)
        refresh(now=now)
        assert RollupMonth.objects.get(on="2026-08-31").green == value
    refresh(now=NOW + timedelta(days=1))
    assert RollupYear.objects.get().as_of == NOW + timedelta(days=1)


def test_the_page_says_as_of_when_the_year_holds_and_equals_what_it_counts_itself(people: People) -> None:
    account = swept(people)
    HealthSnapshot(account=account, on=NOW.date() - timedelta(days=90), score=90, band="green", weight_present=1).save()
    leader = principal_of(people.leader)
    live = read(leader, NOW)
    refresh(now=NOW)
    kept = read(leader, NOW + timedelta(minutes=1))
    assert (live.as_of, kept.as_of) == (None, NOW)
    assert [month.values for month in kept.trend.months] == [month.values for month in live.trend.months]


def test_months_add_what_is_seen_as_a_member_to_what_is_kept(people: People) -> None:
    mine = swept(people)
    other = make_account(
        "Elsewhere", owner=people.outsider, team=people.south_one, lifecycle="active", health=60, health_band="amber",
        account_revenue=Decimal(200), currency="EUR",
    )  # fmt: skip
    AccountMember(account=other, user=people.leader, role="technical").save()
    then = NOW.date() - timedelta(days=90)
    for account, band in ((mine, "green"), (other, "amber")):
        HealthSnapshot(account=account, on=then, score=90, band=band, weight_present=1).save()
    sweep(now=NOW)
    refresh(now=NOW)
    last = read(principal_of(people.leader), NOW).trend.months[-2]
    assert last.values == {"red": 0, "amber": 200, "green": 500, "unknown": 0}


def test_a_year_of_an_owner_without_accounts_is_dropped(people: People) -> None:
    account = swept(people)
    refresh(now=NOW)
    rows().filter(pk=account.pk).update(owner=people.teammate)
    sweep(now=NOW)
    refresh(now=NOW)
    assert [one.owner_id for one in RollupYear.objects.all()] == [people.teammate.pk]
    assert {one.owner_id for one in RollupMonth.objects.all()} == {people.teammate.pk}


def test_owners_past_the_first_are_told_together(people: People) -> None:
    swept(people)
    make_account("Small", owner=people.teammate, team=people.north_one, lifecycle="active", account_revenue=Decimal(5),
                 currency="EUR")  # fmt: skip
    admin = principal_of(people.admin)
    found = portfolio(admin, tree=team_tree(admin), team_id=None, days=30, now=NOW, owners=1)
    assert [row.tally.value for row in found.owners] == [500]
    assert (found.rest_owners, found.rest.count, found.rest.value) == (1, 1, 5)


def test_the_api_answers_the_figures_of_the_page(people: People) -> None:
    account = swept(people, clock.now())
    make_account("Other team's", owner=people.outsider, team=people.south_one, lifecycle="active")
    token = api_client(make_token(people.leader))
    found = token.get("/api/v1/dashboard/portfolio", {"team": str(people.north.pk)}).json()
    page = client_for(people.leader).get("/portfolio/", {"team": str(people.north.pk)}).context["portfolio"]
    tally = page.whole.tally
    whole = found["whole"]
    assert (whole["accounts"], Decimal(whole["value"])) == (tally.count, tally.value) == (1, 500)
    assert {one["band"]: one["accounts"] for one in whole["bands"]} == tally.bands
    assert [(one["owner"], one["accounts"]) for one in found["owners"]] == [(str(people.owner.pk), 1)]
    assert [one["name"] for one in found["teams"]] == [row.label.strip() for row in page.teams]
    assert [one["id"] for one in found["worst"]] == [one["id"] for one in found["most_valuable"]] == [str(account.pk)]
    assert (found["stale"], found["other_owners"]["owners"], found["as_of"]) == ([], 0, None)


def test_how_many_are_most_valuable_does_not_hang_on_how_many_are_at_risk(people: People) -> None:
    swept(people, clock.now())
    make_account("Well", owner=people.owner, team=people.north_one, lifecycle="active", health=100, health_band="green",
                 account_revenue=Decimal(900))  # fmt: skip
    found = api_client(make_token(people.leader)).get("/api/v1/dashboard/portfolio").json()
    assert ([one["name"] for one in found["most_valuable"]][:1], len(found["worst"])) == (["Well"], 1)
    assert len(found["most_valuable"]) == 2


@pytest.mark.parametrize("query", [{"team": "south"}, {"team": "x"}, {"period": "7"}])
def test_the_api_refuses_a_team_or_period_that_is_not_offered(people: People, query: dict[str, str]) -> None:
    if query.get("team") == "south":
        query = {"team": str(people.south.pk)}
    answer = api_client(make_token(people.leader)).get("/api/v1/dashboard/portfolio", query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{next(iter(query))}")


def test_first_customers_are_right_however_far_the_sweep_is_behind(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOW
    for number in range(6):
        now = write(people, ("add", number, number * 9 + 3), now)
    swept(people, now)
    rows().filter(name="Swept").update(account_revenue=1)
    leader = principal_of(people.leader)
    right = named_by_hand(leader, now, 30)
    assert [len(right[place]) for place in (0, 3)] == [2, 2]
    for most in (500, 0):
        monkeypatch.setattr("accounts.rollup.reading.MOST_ANEW", most)
        assert [found[:2] for found in named(leader, now, 30)] == right
