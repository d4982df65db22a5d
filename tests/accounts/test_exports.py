"""CSV of what is seen: the rows of the page, for the same person, safe in a spreadsheet."""

import csv
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kam.exchange.exports.rows import Reader
from tests.personas import Company, client_for, make_account

ACCOUNTS, PORTFOLIO = "/accounts/export.csv", "/portfolio/export.csv"


def rows(client: Client, address: str, **query: Any) -> list[dict[str, str]]:
    response = client.get(address, query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def busy(company: Company) -> Company:
    people = company.people
    for name, score, band in (("Beta", 30, "red"), ("Gamma", 80, "green"), ("Delta", None, "unknown")):
        make_account(
            name, owner=people.owner, team=people.north_one, health=score, health_band=band,
            account_revenue=Decimal("1200.50"), currency="EUR",
        )  # fmt: skip
    return company


@pytest.mark.parametrize("who", ["owner", "leader", "outsider", "admin", "newcomer"])
@pytest.mark.parametrize("query", [{}, {"health_band": "red"}, {"ordering": "-health", "lifecycle": "customer"}])
def test_account_export_holds_the_rows_of_the_list_in_its_order(busy: Company, who: str, query: dict[str, str]) -> None:
    client = client_for(getattr(busy.people, who))
    listed = [row.account["name"] for row in client.get("/accounts/", query).context["page"].rows]
    assert [row["name"] for row in rows(client, ACCOUNTS, **query)] == listed


def test_account_export_says_what_the_list_says(busy: Company) -> None:
    found = {row["name"]: row for row in rows(client_for(busy.people.owner), ACCOUNTS)}
    gamma = found["Gamma"]
    assert (gamma["health"], gamma["health_band"], gamma["account_revenue"], gamma["owner"], gamma["owner_name"]) == (
        "80", "green", "1200.50", busy.people.owner.email, "Olga Owner",
    )  # fmt: skip
    assert found["Delta"]["health"] == ""


def test_formulas_are_neutralised(busy: Company) -> None:
    make_account("=1+1", owner=busy.people.owner, team=None)
    names = {row["name"] for row in rows(client_for(busy.people.owner), ACCOUNTS)}
    assert "'=1+1" in names
    assert "=1+1" not in names


def test_too_many_are_refused_before_anything_is_sent(busy: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader.all_rows, "__kwdefaults__", {"most": 3})
    client = client_for(busy.people.owner)
    assert client.get(ACCOUNTS).status_code == 400
    assert len(rows(client, ACCOUNTS, health_band="red")) == 1


def test_unknown_filters_are_refused(busy: Company) -> None:
    client = client_for(busy.people.owner)
    assert client.get(ACCOUNTS, {"health_band": "pink"}).status_code == 400
    assert client.get(ACCOUNTS, {"ordering": "colour"}).status_code == 400
    assert client.get(PORTFOLIO, {"period": "7"}).status_code == 400


def test_portfolio_export_holds_the_tables_of_the_page(busy: Company) -> None:
    client = client_for(busy.people.leader)
    portfolio = client.get("/portfolio/", {"period": "90"}).context["portfolio"]
    found = rows(client, PORTFOLIO, period="90")
    assert [(row["by"], row["name"], row["accounts"], row["value"]) for row in found] == [
        (by, one.label.strip(), str(one.tally.count), str(one.tally.value))
        for by, table in (("owner", portfolio.owners), ("team", portfolio.teams))
        for one in table
    ]
    assert (found[0]["mean_health"], found[0]["spread"], found[0]["red"], found[0]["unknown"]) == (
        "55.0", "25.0", "1", "2",
    )  # fmt: skip


def test_pages_link_to_their_export(busy: Company) -> None:
    client = client_for(busy.people.leader)
    text = client.get("/accounts/", {"health_band": "red", "columns": "owner"}).content.decode()
    asked = "kind=accounts&amp;fields=name.tier.lifecycle.owner.owner_name&amp;health_band=red"
    assert f'href="/exports/new/?{asked}"' in text
    assert f'href="{PORTFOLIO}?period=90"' in client.get("/portfolio/", {"period": "90"}).content.decode()


def test_export_takes_the_same_queries_for_any_number_of_rows(busy: Company) -> None:
    client, counts = client_for(busy.people.owner), []
    for _number in range(2):
        with CaptureQueriesContext(connection) as queries:
            rows(client, ACCOUNTS)
        counts.append(len(queries))
        for number in range(20):
            make_account(f"More {number}", owner=busy.people.owner, team=None)
    assert counts[0] == counts[1] <= 12
