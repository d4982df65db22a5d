"""The account list: what it shows, to whom, in which order, and for how many queries."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, ExternalId, Segment
from kam.core import clock
from tests.personas import Company, client_for, make_account

URL = "/accounts/"
NOW = clock.now()


def names(response: Any) -> list[str]:
    return [row.account["name"] for row in response.context["page"].rows]


def change(account: Account, **fields: Any) -> None:
    Account.objects.all_for_system(reason="tests").filter(pk=account.pk).update(**fields)


def test_list_shows_only_own_accounts(company: Company) -> None:
    people = company.people
    for user in (people.owner, people.teammate, people.leader, people.integration):
        page = client_for(user).get(URL)
        assert names(page) == ["Alpha Works"]
        assert b"Canary" not in page.content
    assert names(client_for(people.admin).get(URL)) == ["Alpha Works", "Canary Foreign GmbH"]
    assert names(client_for(people.newcomer).get(URL)) == []


def test_choices_name_only_owners_teams_and_segments_of_visible_accounts(company: Company) -> None:
    change(company.foreign_account, segment=Segment.objects.create(name="Canary segment"))
    change(company.account, segment=Segment.objects.create(name="Machines"))
    page = client_for(company.people.owner).get(URL)
    text = page.content.decode()
    assert "Machines" in text
    for canary in ("Canary segment", "Otto Outsider", "South One", "Lena Leader", "North Two"):
        assert canary not in text
    choices = dict(page.context["filters"].form.fields["team"].choices)
    assert [str(name) for value, name in choices.items() if value] == ["No team", "North One"]


def test_leader_is_offered_the_teams_above_the_accounts(company: Company) -> None:
    form = client_for(company.people.leader).get(URL).context["filters"].form
    offered = [str(name) for value, name in form.fields["team"].choices if value]
    assert offered == ["No team", "North", "\u2003North One"]


@pytest.fixture
def varied(company: Company) -> Company:
    people = company.people
    change(company.account, tier="A", health=30, health_band="red", stale_at=NOW - timedelta(days=3))
    common = {"owner": people.teammate, "team": people.north_two}
    make_account("Beta", **common, tier="B", health=80, health_band="green", stale_at=NOW + timedelta(days=3))
    make_account("Élan", **common, lifecycle="prospect")
    make_account("Gamma", owner=None, team=None, tier="B")
    return company


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tier=A", ["Alpha Works"]),
        ("tier=none", ["Élan"]),
        ("health_band=green", ["Beta"]),
        ("health_band=unknown", ["Élan"]),
        ("lifecycle=prospect", ["Élan"]),
        ("stale=true", ["Alpha Works"]),
        ("stale=soon", ["Beta"]),
        ("stale=false", ["Beta", "Élan"]),
        ("search=ALPHA", ["Alpha Works"]),
        ("search=lph", ["Alpha Works"]),
        ("search=%25", []),
        ("tier=B&health_band=green&stale=soon", ["Beta"]),
        ("tier=A&health_band=green", []),
        ("ordering=-name", ["Élan", "Beta", "Alpha Works"]),
        ("ordering=health", ["Alpha Works", "Beta", "Élan"]),
        ("ordering=-health", ["Beta", "Alpha Works", "Élan"]),
        ("ordering=stale_at", ["Alpha Works", "Beta", "Élan"]),
    ],
)
def test_list_filters_and_orders(varied: Company, query: str, expected: list[str]) -> None:
    Account.objects.all_for_system(reason="tests").filter(name="Élan").update(name_sort="elan")
    assert names(client_for(varied.people.leader).get(f"{URL}?{query}")) == expected


def test_list_filters_by_owner_team_and_segment(varied: Company) -> None:
    people, client = varied.people, client_for(varied.people.leader)
    assert names(client.get(URL, {"owner": str(people.owner.pk)})) == ["Alpha Works"]
    assert names(client.get(URL, {"team": str(people.north_one.pk)})) == ["Alpha Works"]
    assert names(client.get(URL, {"team": str(people.north.pk), "ordering": "-name"}))[-1] == "Alpha Works"
    assert len(names(client.get(URL, {"team": str(people.north.pk)}))) == 3
    everything = client_for(people.admin)
    assert names(everything.get(URL, {"owner": "none"})) == ["Gamma"]
    assert names(everything.get(URL, {"team": "none"})) == ["Gamma"]


def test_search_finds_an_external_id_of_a_visible_account(company: Company) -> None:
    for account, number in ((company.account, "4711"), (company.foreign_account, "4712")):
        ExternalId(account=account, source="erp", external_id=number).save(force_insert=True)
    client = client_for(company.people.owner)
    assert names(client.get(URL, {"search": "4711"})) == ["Alpha Works"]
    assert names(client.get(URL, {"search": "4712"})) == []
    assert names(client.get(URL, {"search": "471"})) == []


@pytest.mark.parametrize(
    "query",
    ["tier=Z", "owner=x", "team=00000000-0000-0000-0000-000000000000", "stale=maybe", "ordering=secret", "cursor=abc"],
)
def test_unknown_values_are_refused(company: Company, query: str) -> None:
    assert client_for(company.people.owner).get(f"{URL}?{query}").status_code == 400


def test_an_owner_nobody_may_see_is_an_unknown_value(company: Company) -> None:
    page = client_for(company.people.owner).get(URL, {"owner": str(company.people.outsider.pk)})
    assert page.status_code == 400


@pytest.mark.parametrize(
    "ordering", ["name", "-name", "health", "-health", "stale_at", "-last_touch_at", "-account_revenue"]
)
def test_pages_hold_every_account_once(company: Company, ordering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.listing.PER_PAGE", 4)
    people = company.people
    for number in range(10):
        known = number % 3 > 0  # the others have NULLs everywhere
        make_account(
            f"Same {number // 2}",
            owner=people.owner,
            team=people.north_one,
            health=number // 2 * 10 if known else None,
            health_band="red" if known else "unknown",
            stale_at=NOW + timedelta(days=number // 2) if known else None,
            last_touch_at=NOW - timedelta(days=number // 2) if known else None,
            account_revenue=number // 2 if known else None,
        )
    client, seen, address = client_for(people.owner), [], f"{URL}?ordering={ordering}"
    while address:
        page = client.get(address).context["page"]
        seen += [row.account["id"] for row in page.rows]
        address = f"{URL}?ordering={ordering}&cursor={page.next}" if page.next else ""
    everything = Account.objects.all_for_system(reason="tests").filter(owner=people.owner)
    assert len(seen) == 11
    assert set(seen) == set(everything.values_list("pk", flat=True))


def test_queries_do_not_grow_with_rows(company: Company) -> None:
    people = company.people
    client = client_for(people.leader)
    query = {"team": str(people.north.pk), "owner": str(people.owner.pk), "ordering": "-health"}
    counts = []
    for wanted in (1, 3, 30):
        while Account.objects.all_for_system(reason="tests").filter(owner=people.owner).count() < wanted:
            make_account("One more", owner=people.owner, team=people.north_one)
        with CaptureQueriesContext(connection) as queries:
            assert len(names(client.get(URL, query))) == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12


def test_htmx_gets_the_piece_that_the_page_includes(company: Company) -> None:
    client = client_for(company.people.owner)
    piece = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece
    assert "Alpha Works" in piece
    assert "HX-Request" in client.get(URL).headers["Vary"]


def test_address_after_filtering_holds_only_what_was_chosen(company: Company) -> None:
    client = client_for(company.people.owner)
    answer = client.get(URL, {"owner": "", "team": "", "tier": "A", "search": ""}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == f"{URL}?tier=A"
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{URL}?tier=A"}
    assert "HX-Push-Url" not in client.get(f"{URL}?tier=A", headers=here).headers  # the list asked for itself


def test_chips_take_off_one_filter_each(company: Company) -> None:
    page = client_for(company.people.owner).get(URL, {"tier": "A", "stale": "true", "ordering": "-health"})
    assert page.context["chips"] == [
        ("Tier", "A", f"{URL}?stale=true&ordering=-health"),
        ("Silence", "Stale", f"{URL}?tier=A&ordering=-health"),
    ]


def test_list_says_how_many_and_what_they_are_worth(company: Company) -> None:
    people = company.people
    common = {"owner": people.owner, "team": people.north_one}
    make_account("Euro", **common, tier="A", account_revenue=1_200_000, currency="EUR")
    make_account("Dollar", **common, tier="A", account_revenue=5_000_000, currency="USD")
    make_account("Small", **common, tier="D", account_revenue=800, currency="EUR")
    client = client_for(people.owner)
    totals = client.get(URL).context["totals"]
    assert (totals.count, totals.values) == (4, [("EUR", 1_200_800), ("USD", 5_000_000)])
    for query in ("?tier=A", "?tier=A&moved=down", "?tier=A&search=o&ordering=-health"):
        page = client.get(URL + query)
        assert page.context["totals"].count == len(names(page))
    assert "2 accounts, " in client.get(URL + "?tier=A").content.decode()


def test_headings_order_the_other_way_and_keep_what_else_was_asked_for(company: Company) -> None:
    page = client_for(company.people.owner).get(
        URL, {"search": "alpha", "ordering": "health", "columns": "health.delta"}
    )
    head = page.content.decode().partition("<thead>")[2].partition("</thead>")[0]
    assert 'class="grow"><a href="?search=alpha&amp;ordering=name&amp;columns=health.delta">Account</a>' in head
    assert (
        'aria-sort="ascending"><a href="?search=alpha&amp;ordering=-health&amp;columns=health.delta">Health<svg' in head
    )
    assert '<th scope="col" class="num "><abbr title="Change over 30 days">Δ 30 d</abbr></th>' in head
    turned = client_for(company.people.owner).get(URL, {"ordering": "-health", "tier": ""}).content.decode()
    assert 'aria-sort="descending"><a href="?ordering=health">' in turned


def test_columns_are_offered_the_chosen_ones_first_and_ticked(company: Company) -> None:
    text = client_for(company.people.owner).get(URL, {"columns": "tags.health"}).content.decode()
    boxes = re.findall(r'name="column" value="(\w+)"( checked)?>([^<]+)<', text)
    assert boxes[:3] == [("tags", " checked", "Tags"), ("health", " checked", "Health"), ("owner", "", "Owner")]
    assert 'aria-label="Move Change over 30 days up"' in text
