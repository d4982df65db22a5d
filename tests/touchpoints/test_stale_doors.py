"""The stale list by page and by shell: one report behind both."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kam.core import clock
from kam.core.errors import BadInput
from tests.factories import make_touchpoint
from tests.personas import SYSTEM, Company, client_for, make_account
from touchpoints.stale import parse_as_of, stale_report

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def silent(company: Company) -> Company:
    for account, days in ((company.account, 200), (company.foreign_account, 150)):
        make_touchpoint(account, days_ago=days, now=NOW)
    return company


def stale(*args: str) -> Any:
    out = StringIO()
    call_command("stale", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_command_answers_as_the_api_does(silent: Company) -> None:
    as_of = NOW - timedelta(days=1)
    report = stale("--as-of", as_of.isoformat(), "--max-days", "160")
    assert report == {
        "as_of": as_of.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "max_days": 160,
        "count": 1,
        "next": None,
        "results": [
            {
                "id": str(silent.account.pk),
                "name": "Alpha Works",
                "last_touch_at": (NOW - timedelta(days=200)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "days_since": 199,
            }
        ],
    }


def test_command_takes_a_bare_date_as_midnight_utc(silent: Company) -> None:
    assert stale("--as-of", "2026-09-30")["as_of"] == "2026-09-30T00:00:00Z"


def test_command_shows_what_a_person_sees(silent: Company) -> None:
    names = [row["name"] for row in stale("--as", "otto.outsider@kam.example")["results"]]
    assert names == ["Canary Foreign GmbH"]
    assert len(stale()["results"]) == 2


@pytest.mark.parametrize("wrong", [["--as-of", "nonsense"], ["--max-days", "-1"], ["--as", "nobody@kam.example"]])
def test_command_refuses_nonsense(silent: Company, wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        stale(*wrong)


def test_command_speaks_to_people(silent: Company) -> None:
    out = StringIO()
    call_command("stale", stdout=out)
    assert "Alpha Works" in out.getvalue()
    assert "2 stale at" in out.getvalue()


def test_report_pages_by_key(silent: Company) -> None:
    for n in range(3):
        make_touchpoint(make_account(f"More {n}", owner=None, team=None), days_ago=300 + n, now=NOW)
    make_account("Unknown", owner=None, team=None)
    seen: list[str] = []
    cursor = None
    while True:
        report = stale_report(SYSTEM, as_of=NOW, now=NOW, include_never=True, limit=2, cursor=cursor)
        seen += [row.name for row in report.rows]
        assert report.count == 6
        cursor = report.next
        if not cursor:
            break
    assert seen == ["More 2", "More 1", "More 0", "Alpha Works", "Canary Foreign GmbH", "Unknown"]
    assert report.rows[-1].days_since is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NOW),
        ("2026-09-30", datetime(2026, 9, 30, tzinfo=UTC)),
        ("2026-09-30T12:00:00", datetime(2026, 9, 30, 12, tzinfo=UTC)),
        ("2026-09-30T12:00:00Z", datetime(2026, 9, 30, 12, tzinfo=UTC)),
        ("2026-09-30T12:00:00+02:00", datetime(2026, 9, 30, 10, tzinfo=UTC)),
    ],
)
def test_as_of(text: str, expected: datetime) -> None:
    assert parse_as_of(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["nonsense", "2026-02-30", "1899-12-31", "2200-01-01", "9999-12-31T23:59:59-12:00"])
def test_as_of_nonsense(text: str) -> None:
    with pytest.raises(BadInput):
        parse_as_of(text, now=NOW)


def test_page_shows_ones_own_and_the_longest_first(silent: Company) -> None:
    page = client_for(silent.people.owner).get(reverse("stale_list"))
    assert page.status_code == 200
    assert "Alpha Works" in page.text
    assert "Canary" not in page.text
    piece = client_for(silent.people.outsider).get(reverse("stale_list"), headers={"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "Alpha Works" not in piece.text
    assert client_for(None).get(reverse("stale_list")).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        *("as_of=nonsense", "as_of=0001-01-01", "max_days=-1", "max_days=1.5", "max_days=9999999", "max_days=99999"),
        *("cursor=nonsense", "max_days=%C2%B2"),
    ],
)
def test_page_refuses_nonsense(company: Company, query: str) -> None:
    assert client_for(company.people.owner).get(f"{reverse('stale_list')}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["", "as_of=2026-01-01", "max_days=0", "as_of=2150-01-01&include_never=true"])
def test_page_answers_every_sensible_question(silent: Company, query: str) -> None:
    assert client_for(silent.people.admin).get(f"{reverse('stale_list')}?{query}").status_code == 200


def test_page_has_constant_queries(silent: Company) -> None:
    counts = []
    for n in range(3):
        make_touchpoint(make_account(f"More {n}", owner=silent.people.owner, team=None), days_ago=300, now=NOW)
        client = client_for(silent.people.owner)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("stale_list"), {"as_of": "2026-11-01"})
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


def test_the_address_follows_the_filters_so_that_a_copied_link_is_right(silent: Company) -> None:
    client, url = client_for(silent.people.owner), reverse("stale_list")
    form = {"as_of": "", "max_days": "20", "include_never": "true"}
    pushed = client.get(url, form, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}"})
    assert pushed["HX-Push-Url"] == f"{url}?max_days=20&include_never=true"
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}?max_days=20"}
    assert "HX-Push-Url" not in client.get(url, {"max_days": "20"}, headers=here)
