"""The portfolio: every figure opens exactly the accounts it counts."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, HealthSnapshot
from kam.core import clock
from kam.people.models import User
from tests.personas import Company, client_for, make_account

URL = "/portfolio/"
NOW = clock.now()
BANDS = [(30, "red"), (60, "amber"), (90, "green"), (None, "unknown")]


@pytest.fixture
def busy(company: Company) -> Company:
    """Owners in two teams, an account directly in the region, one without anybody, other currencies, lost ones."""
    people, number = company.people, 0
    places = [
        (people.owner, people.north_one),
        (people.teammate, people.north_two),
        (people.owner, people.north),
        (None, None),
        (people.outsider, people.south_one),
    ]
    for owner, team in places:
        for score, band in BANDS:
            number += 1
            account = make_account(
                f"Account {number}",
                owner=owner,
                team=team,
                health=score,
                health_band=band,
                account_revenue=Decimal(1000 * number) if number % 4 else None,
                currency="USD" if number % 5 == 0 else "EUR",
                stale_at=NOW + timedelta(days=number % 3 - 1, minutes=-1),
                last_touch_at=NOW - timedelta(days=40),
            )
            if score is not None:
                HealthSnapshot(
                    account=account, on=NOW.date() - timedelta(days=60), score=70, band="amber", weight_present=1
                ).save()
    make_account("Lost one", owner=people.owner, team=people.north_one, lifecycle="lost", account_revenue=9_000_000)
    return company


def listed(client: Client, address: str) -> int:
    """How many accounts a list holds, all pages."""
    count = 0
    cursor = None
    while True:
        response = client.get(address + (f"&cursor={cursor}" if cursor else ""))
        assert response.status_code == 200, address
        page = response.context["page"]
        count += len(page.rows)
        cursor = page.next
        if not cursor:
            return count


def figures(html: str) -> list[tuple[str, int]]:
    """Every link from the page to the list, with the number it shows."""
    links = re.findall(r'<a (?!class="sum")[^>]*href="(/accounts/\?[^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [(unescape(href), int(re.search(r"\d+", re.sub(r"<[^>]+>", "", text))[0])) for href, text in links]  # type: ignore[index]


@pytest.mark.parametrize("who", ["admin", "leader", "owner", "sibling_leader"])
@pytest.mark.parametrize("team", [None, "north", "north_one"])
def test_every_figure_opens_exactly_its_accounts(busy: Company, who: str, team: str | None) -> None:
    client = client_for(getattr(busy.people, who))
    query = {"team": str(getattr(busy.people, team).pk)} if team else {}
    page = client.get(URL, query)
    if page.status_code == 400:
        assert who in ("owner", "sibling_leader")  # not theirs to choose
        return
    found = figures(page.content.decode())
    assert len(found) > 6
    for href, number in found:
        assert listed(client, href) == number, href


@pytest.mark.parametrize("days", ["90", "365"])
def test_figures_of_other_periods_open_exactly_their_accounts(busy: Company, days: str) -> None:
    HealthSnapshot.objects.all_for_system(reason="tests").update(on=clock.now().date() - timedelta(days=int(days) + 5))
    client = client_for(busy.people.leader)
    moved = [
        (href, number)
        for href, number in figures(client.get(URL, {"period": days}).content.decode())
        if "moved=" in href
    ]
    assert len(moved) > 3
    for href, number in moved:
        assert f"moved=down_{days}" in href
        assert listed(client, href) == number, href


def test_every_value_is_what_its_list_is_worth(busy: Company) -> None:
    client = client_for(busy.people.leader)
    portfolio = client.get(URL).context["portfolio"]
    rows = [portfolio.whole, *portfolio.owners, *portfolio.teams]
    assert len(rows) > 5
    for row in rows:
        totals = client.get(row.value_href).context["totals"]
        worth = [("EUR", row.tally.value)] if row.tally.value else []
        assert totals.values == [*worth, *row.tally.others_listed]


def test_an_unknown_period_is_refused(busy: Company) -> None:
    assert client_for(busy.people.leader).get(URL, {"period": "7"}).status_code == 400


def whole(user: User, **query: Any) -> Any:
    return client_for(user).get(URL, query).context["portfolio"].whole.tally


def test_sums_are_made_in_the_reporting_currency_only(busy: Company) -> None:
    tally = whole(busy.people.admin)
    accounts = Account.objects.all_for_system(reason="tests").exclude(lifecycle="lost")
    euros = sum(a.account_revenue or 0 for a in accounts if a.currency == "EUR")
    dollars = sum(a.account_revenue or 0 for a in accounts if a.currency == "USD")
    assert tally.value == euros == sum(tally.band_values.values())
    assert dict(tally.others) == {"USD": dollars}
    assert tally.count == sum(tally.bands.values()) == len(accounts)


def test_lost_accounts_are_no_part_of_it(busy: Company) -> None:
    assert whole(busy.people.owner).count == 9
    assert "Lost one" not in client_for(busy.people.owner).get(URL).content.decode()


def test_everybody_sees_their_own(busy: Company) -> None:
    people = busy.people
    assert whole(people.leader).count == 13
    assert whole(people.leader, team=str(people.north_two.pk)).count == 4
    assert whole(people.newcomer).count == 0
    text = client_for(people.leader).get(URL).content.decode()
    assert "Canary" not in text
    assert "Otto Outsider" not in text


def test_worst_and_most_valuable_come_first_and_movers_say_from_where(busy: Company) -> None:
    portfolio = client_for(busy.people.owner).get(URL).context["portfolio"]
    ours = [account for account in portfolio.worst if account.currency == "EUR"]
    risks = [account.account_revenue * (100 - account.health) / 100 for account in ours]
    assert risks == sorted(risks, reverse=True)
    assert [a.currency for a in portfolio.worst] == sorted(a.currency for a in portfolio.worst)
    assert [(one.account.earlier_health, one.account.health) for one in portfolio.movers][:2] == [(70, 30), (70, 30)]
    assert all(account.stale_at < clock.now() for account in portfolio.silent)


def test_an_unknown_team_is_refused(busy: Company) -> None:
    for team in ("x", str(busy.people.south.pk)):
        assert client_for(busy.people.leader).get(URL, {"team": team}).status_code == 400


def test_queries_do_not_grow_with_rows(company: Company) -> None:
    people, counts = company.people, []
    client = client_for(people.leader)
    for wanted in (1, 3, 30):
        while Account.objects.all_for_system(reason="tests").filter(team=people.north_one).count() < wanted:
            make_account("One more", owner=people.owner, team=people.north_one, health=10, health_band="red")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL, {"team": str(people.north.pk)}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12


def test_accounts_of_unknown_health_are_said_and_not_ranked(company: Company) -> None:
    change = Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk)
    change.update(lifecycle="active", health=None, health_band="unknown", account_revenue=90_000)
    page = client_for(company.people.leader).get("/portfolio/")
    assert "Revenue at risk" in page.content.decode()
    assert [
        row.account["name"]
        for row in client_for(company.people.leader)
        .get(page.context["portfolio"].whole.unknown_href)
        .context["page"]
        .rows
    ] == ["Alpha Works"]


def test_owners_past_the_first_stand_in_one_line_until_all_are_asked_for(
    busy: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.portfolio.OWNERS_SHOWN", 1)
    client = client_for(busy.people.leader)
    page = client.get(URL)
    everybody = client.get(URL, {"owners": "all"})
    more = "1 more owner</a> has"
    assert (len(page.context["portfolio"].owners), len(everybody.context["portfolio"].owners)) == (1, 2)
    assert (more in page.text, more in everybody.text) == (True, False)
    assert 'href="?period=30&amp;owners=all#owners"' in page.text
    assert client.get(URL, {"owners": "some"}).status_code == 400


def test_what_the_other_owners_hold_in_other_currencies_stands_beside_it(
    busy: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.portfolio.OWNERS_SHOWN", 1)
    people = busy.people
    make_account(
        "Abroad", owner=people.leader, team=people.north, lifecycle="active", account_revenue=1_000, currency="CHF"
    )
    page = client_for(people.leader).get(URL)
    rest = page.context["portfolio"].rest
    assert dict(rest.others_listed)["CHF"] == 1_000
    said = page.text.partition('id="owners"')[2].partition("</section>")[0]
    assert "+ CHF\u00a01\u202fk + $5\u202fk." in said
