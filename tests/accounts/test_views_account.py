"""The account's page, its health page and the timeline on it."""

import base64
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.health.explain import explain_current
from accounts.models import Account, Contact, ExternalId, HealthSnapshot, Note
from accounts.registry import TimelineEntry, TimelineSource, registry
from accounts.selectors import get_account
from accounts.side import side_of
from accounts.timeline import account_timeline, parse_cursor
from kam.core import clock
from kam.core.errors import BadInput
from kam.core.ids import uuid7
from tests.factories import make_touchpoint
from tests.personas import Company, client_for, make_account, principal

NOW = clock.now()
NOBODY = "00000000-0000-0000-0000-000000000000"


def page_of(account: Account, sub: str = "") -> str:
    return f"/accounts/{account.pk}/{sub}"


@pytest.mark.parametrize("sub", ["", "health/", "edit/", "contacts/new/"])
def test_a_foreign_account_answers_like_a_missing_one(company: Company, sub: str) -> None:
    client = client_for(company.people.owner)
    foreign, missing = client.get(page_of(company.foreign_account, sub)), client.get(f"/accounts/{uuid4()}/{sub}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_of_kin_the_page_reads_names_alone(company: Company) -> None:
    people = company.people
    by, child = principal(people.owner), make_account("Child", owner=people.owner, team=people.north_one)
    Account.objects.visible_to(by).filter(pk=child.pk).update(parent=company.account)
    for account in (company.account, child):
        Note(account=account, text="x", author=people.owner, created_at=NOW).save(force_insert=True)
    rows = side_of(by, company.account)
    assert {row["name"]: len(row["newest_notes"]) for row in rows.values()} == {"Alpha Works": 1, "Child": 0}
    assert rows[child.pk]["members"] == rows[child.pk]["events"] == rows[child.pk]["known_as"] == []


def test_page_says_who_how_and_what_next(company: Company) -> None:
    account, people = company.account, company.people
    Contact(
        account=account, first_name="Ana", last_name="Ito", phone="+1 2", email="a@b.example", name_sort="ito"
    ).save()
    ExternalId(account=account, source="erp", external_id="4711").save()
    make_touchpoint(account, by=principal(people.owner), days_ago=3, sentiment_end=1)
    text = client_for(people.owner).get(page_of(account)).content.decode()
    for piece in (
        "Alpha Works",
        "Olga Owner",
        "North One",
        "Ana Ito",
        "tel:+1 2",
        "mailto:a@b.example",
        "4711",
        "3 days ago",
    ):
        assert piece in text
    for gap in ("No sponsor", "No decision maker", "Everything hangs on one person"):
        assert gap in text


def test_kin_is_named_only_where_it_is_visible(company: Company) -> None:
    people = company.people
    seen = make_account("Visible child", owner=people.owner, team=None, parent=company.account)
    make_account("Canary child", owner=people.outsider, team=None, parent=company.account)
    Account.objects.all_for_system(reason="tests").filter(pk=company.account.pk).update(parent=company.foreign_account)
    text = client_for(people.owner).get(page_of(company.account)).content.decode()
    assert seen.name in text
    assert "Canary" not in text


def test_an_address_that_is_no_web_address_is_no_link(company: Company) -> None:
    Account.objects.all_for_system(reason="tests").update(website="javascript:alert(1)")
    text = client_for(company.people.owner).get(page_of(company.account)).content.decode()
    assert "javascript:alert(1)" in text
    assert 'href="javascript' not in text


def entry(minutes_ago: int, kind: str = "note") -> TimelineEntry:
    return TimelineEntry(kind, uuid7(), NOW - timedelta(minutes=minutes_ago), "components/chip.html", None)


@pytest.fixture
def two_sources(monkeypatch: pytest.MonkeyPatch) -> list[TimelineEntry]:
    """Two kinds of entries, several at the same instant."""
    entries = [entry(number // 3, kind) for number in range(20) for kind in ("note", "call")]

    def source(kind: str) -> TimelineSource:
        mine = sorted((e for e in entries if e.kind == kind), key=lambda e: (e.occurred_at, e.id), reverse=True)
        return TimelineSource(
            kind,
            lambda _p, _a, before, limit: [e for e in mine if not before or (e.occurred_at, e.id) < before][:limit],
            facts=lambda *asked: [],
        )

    monkeypatch.setattr(registry, "timeline", [source("note"), source("call")])
    return entries


def test_timeline_walks_every_entry_of_every_source_once(company: Company, two_sources: list[TimelineEntry]) -> None:
    seen, before = [], None
    while True:
        page = account_timeline(principal(company.people.owner), company.account, before=before, limit=7)
        seen += page.entries
        if not page.older:
            break
        before = parse_cursor(page.older)
    assert seen == sorted(two_sources, key=lambda e: (e.occurred_at, e.id), reverse=True)


def test_timeline_of_one_kind(company: Company, two_sources: list[TimelineEntry]) -> None:
    page = account_timeline(principal(company.people.owner), company.account, kinds=["call"])
    assert {e.kind for e in page.entries} == {"call"}
    client = client_for(company.people.owner)
    assert {e.kind for e in client.get(page_of(company.account), {"kind": "note"}).context["timeline"].entries} == {
        "note"
    }
    assert client.get(page_of(company.account), {"kind": "secret"}).status_code == 400


@pytest.mark.parametrize(
    "text", ["x", "~", "2026-01-01~x", f"2026-01-01T00:00:00~{NOBODY}", f"9999-01-01T00:00:00+00:00~{NOBODY}", "ÿ"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_bent_cursor_is_refused(company: Company, text: str, packed: bool) -> None:
    text = base64.urlsafe_b64encode(text.encode("latin-1")).decode() if packed else text
    with pytest.raises(BadInput):
        parse_cursor(text)
    assert client_for(company.people.owner).get(page_of(company.account), {"before": text}).status_code == 400


def test_health_page_shows_the_records_and_the_line(company: Company) -> None:
    account, today = company.account, NOW.date()
    touchpoint = make_touchpoint(
        account, by=principal(company.people.owner), days_ago=3, sentiment_end=-1, subject="Bad call"
    )
    for days, score, band in ((400, 80, "green"), (200, None, "unknown"), (100, 60, "amber")):
        HealthSnapshot(
            account=account, on=today - timedelta(days=days), score=score, band=band, weight_present=1
        ).save()
    page = client_for(company.people.owner).get(page_of(account, "health/"))
    text = page.content.decode()
    assert "Bad call" in text
    assert page.context["why"].score == get_account(principal(company.people.owner), account.pk).health
    assert len(page.context["line"].strokes) == 2  # broken where nothing was known
    assert page.context["line"].strokes[0].startswith("0.0,28.0")
    assert str(touchpoint.pk) in text or "touchpoint_detail" not in text


@pytest.mark.parametrize(("sub", "most"), [("", 12), ("health/", 9)])
def test_queries_do_not_grow_with_rows(company: Company, sub: str, most: int) -> None:
    people, account = company.people, company.account
    client, counts = client_for(people.leader), []
    client.get(page_of(account))  # is remembered, once in a while
    for wanted in (1, 3, 30):
        while Contact.objects.all_for_system(reason="tests").count() < wanted:
            sponsor = Contact(account=account, first_name="Kim", name_sort="kim", buying_roles=["sponsor"])
            sponsor.save()
            ExternalId(account=account, source="erp", external_id=str(uuid4())).save()
            make_account("Child", owner=people.owner, team=people.north_one, parent=account)
            make_touchpoint(account, by=principal(people.owner), days_ago=3, sentiment_end=1, contacts=[sponsor])
        assert all(signal.evidence for signal in explain_current(account, now=NOW).signals)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(account, sub)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= most


def test_health_page_is_headed_by_the_account_and_shows_its_records(company: Company) -> None:
    make_touchpoint(company.account, days_ago=3, sentiment_end=0)
    text = client_for(company.people.owner).get(f"/accounts/{company.account.pk}/health/").content.decode()
    assert re.search(r"<h1><a [^>]*>Alpha Works</a></h1>", text)
    assert '<details class="kam-more" open>' in text
