"""Importing touchpoints, on data we made: the twins of test_real_data.py and what real files do not hold."""

import csv
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import F

from accounts.models import Account, ExternalId, HealthDirty
from kam.core import clock
from kam.exchange.models import ImportJob, Postponed, SeenIdentity
from kam.people.principal import principal_for
from tests.exchange.runs import checksums, create, mapping, run, upload
from tests.factories import make_contact
from tests.personas import SYSTEM, Company, People, client_for, make_account
from touchpoints.models import CheckIn, StaleFlag, Touchpoint, TouchpointType
from touchpoints.selectors import stale_accounts
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db

HOW: dict[str, Any] = {
    "account": "Client",
    "occurred_at": "When",
    "type": "Kind",
    "channel": {"value": "phone"},
    "external_id": "Ticket",
    "subject": "Title",
    "source": {"value": "desk"},
}
HEAD = "Ticket,Client,When,Kind,Title\n"


def codes(report: dict[str, Any], level: str = "errors") -> list[tuple[int, str, str]]:
    return [(issue["line"], issue["code"], issue["column"]) for issue in report[level]]


def ends(report: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report["rows"].items() if number}


def touchpoints(**filters: Any) -> list[Touchpoint]:
    return list(Touchpoint.objects.visible_to(SYSTEM).filter(**filters).order_by("occurred_at", "id"))


@pytest.mark.parametrize("door", [run, upload], ids=["shell", "page"])
def test_deals_in_two_passes(company: Company, door: Any) -> None:
    deals = (
        b"opportunity_id,product,account,deal_stage,engage_date,close_date\n"
        b"A1,Basic,Alpha Works,Won,10/20/2016,3/1/2017\n"
        b"A2,Pro,Alpha Works,Engaging,11/30/2016,\n"
        b"A3,Pro,,Prospecting,,\n"
        b"A4,Pro,Alpha Works,Prospecting,,\n"
        b"A5,Pro,,Engaging,1/5/2017,\n"
    )
    owner = company.people.owner
    engaged = door("touchpoints", deals, mapping("crm_engage"), by=owner)
    closed = door("touchpoints", deals, mapping("crm_close"), by=owner)
    assert ends(engaged) == {"total": 5, "created": 2, "rejected": 3}
    assert codes(engaged) == [(4, "missing", "account"), (5, "missing", "engage_date"), (6, "missing", "account")]
    assert ends(closed) == {"total": 5, "created": 1, "rejected": 4}
    company.account.refresh_from_db()
    assert company.account.last_touch_at == datetime(2017, 3, 1, tzinfo=UTC)
    assert stale_on(owner, datetime(2017, 1, 29, tzinfo=UTC), 60) == 0  # exactly 60 days are not stale
    assert stale_on(owner, datetime(2017, 1, 30, tzinfo=UTC), 60) == 1
    before = checksums()
    again = door("touchpoints", deals, mapping("crm_engage"), by=owner)
    assert ends(again) == {"total": 5, "unchanged": 2, "rejected": 3}
    assert checksums() == before


def stale_on(user: Any, as_of: datetime, days: int) -> int:
    return stale_accounts(principal_for(user), as_of=as_of, now=clock.now(), max_days=days).count()


def test_rows_without_ids_are_known_by_content_and_occurrence(people: People) -> None:
    body = "Id,Date,CDs,Price\n1,1997-01-01,1,5\n1,1997-01-01,1,5\n2,1997-01-02,1,5\n"
    first = run("touchpoints", body, mapping("cdnow"), by=people.owner, **create("accounts"))
    assert ends(first) == {"total": 3, "created": 3}
    before = checksums()
    again = run("touchpoints", body, mapping("cdnow"), by=people.owner, **create("accounts"))
    assert ends(again) == {"total": 3, "unchanged": 3}
    assert checksums() == before
    longer = run("touchpoints", body + "1,1997-01-01,1,5\n", mapping("cdnow"), by=people.owner)
    assert ends(longer) == {"total": 4, "created": 1, "unchanged": 3}
    assert {a.owner_id for a in Account.objects.visible_to(SYSTEM)} == {people.owner.pk}
    assert CheckIn.objects.visible_to(SYSTEM).count() == 2
    assert HealthDirty.objects.count() == 2


def test_what_happens_to_a_line_does_not_depend_on_where_chunks_end(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam.exchange.running.CHUNK_ROWS", 2)
    body = "Id,Date,CDs,Price\n" + "1,1997-01-01,1,5\n" * 5
    assert ends(run("touchpoints", body, mapping("cdnow"), by=people.owner, **create("accounts"))) == {
        "total": 5,
        "created": 5,
    }
    assert ends(upload("touchpoints", body.encode(), mapping("cdnow"), by=people.owner)) == {"total": 5, "unchanged": 5}
    body = HEAD + "".join(f"T{n % 3},1,2026-01-0{n + 1},check_in,x\n" for n in range(5))
    report = run("touchpoints", body, HOW, by=people.owner)
    assert ends(report) == {"total": 5, "created": 3, "duplicate": 2}
    assert [issue["message"][:6] for issue in report["warnings"]] == ["Line 2", "Line 3"]
    assert not SeenIdentity.objects.exists() and not Postponed.objects.exists()


def test_each_line_ends_as_one_thing_and_says_why(company: Company) -> None:
    Account.objects.bulk_create([Account(name="Twin", name_sort="twin", owner=company.people.owner) for _ in range(2)])
    lines = [
        "T1,Alpha Works,2026-01-05,check_in,first",
        "T1,Alpha Works,2026-01-06,check_in,again",
        "T2,Canary Foreign GmbH,2026-01-05,check_in,not mine",
        "T3,Nobody,2026-01-05,check_in,",
        "T4,Twin,2026-01-05,check_in,",
        "T5,Alpha Works,2926-01-05,check_in,",
        "T6,Alpha Works,2127-01-05,check_in,",
        "T7,Alpha Works,2026-01-05,séance,",
        "T8,  alpha   works ,2026-01-05,check_in,",
        "T9,Alpha  Works,2026-01-05,Check-in,spaces do not tell accounts apart",
        'T10,Alpha Works,2026-01-05,check_in,"two\nlines"',
        "T11,Alpha Works,2026-01-05,check_in",
        "T12,Alpha Works,2026-01-05,check_in,=1+1",
    ]
    report = run("touchpoints", HEAD + "\n".join(lines), HOW, by=company.people.owner)
    assert codes(report) == [
        (4, "unknown_account", "Client"),
        (5, "unknown_account", "Client"),
        (6, "ambiguous_account", "Client"),
        (7, "date_out_of_range", "When"),
        (8, "in_future", "When"),
        (9, "unknown_type", "Kind"),
        (10, "unknown_account", "Client"),
        (14, "column_count", ""),
    ]
    assert codes(report, "warnings") == [(3, "duplicate", "Ticket")]
    assert ends(report) == {"total": 13, "created": 4, "duplicate": 1, "rejected": 8}
    assert sorted(t.subject for t in touchpoints()) == [
        "=1+1", "first", "spaces do not tell accounts apart", "two\nlines",
    ]  # fmt: skip


def test_an_invisible_account_and_a_missing_one_are_told_in_the_same_words(company: Company) -> None:
    body = HEAD + "T1,Canary Foreign GmbH,2026-01-05,check_in,\nT2,Nobody at all,2026-01-05,check_in,\n"
    one, two = run("touchpoints", body, HOW, by=company.people.owner)["errors"]
    assert one["message"].replace("Canary Foreign GmbH", "Nobody at all") == two["message"]


def test_an_external_id_of_an_invisible_touchpoint_is_refused(company: Company) -> None:
    people = company.people
    run("touchpoints", HEAD + "T1,Canary Foreign GmbH,2026-01-05,check_in,theirs\n", HOW, by=people.outsider)
    before = checksums()
    report = run("touchpoints", HEAD + "T1,Alpha Works,2026-01-05,check_in,mine\n", HOW, by=people.owner)
    assert codes(report) == [(2, "external_id_taken", "Ticket")]
    assert checksums() == before


def test_a_line_whose_touchpoint_is_still_an_appointment_is_refused(company: Company) -> None:
    """What became of it is said at the appointment: a file does not complete it."""
    owner = company.people.owner
    run("touchpoints", HEAD + "T1,Alpha Works,2026-01-05,check_in,agreed\n", HOW, by=owner)
    Touchpoint.objects.visible_to(SYSTEM).update(status="planned", planned_for=F("occurred_at"))
    before = checksums()
    report = run("touchpoints", HEAD + "T1,Alpha Works,2026-01-06,check_in,held\n", HOW, by=owner)
    assert ends(report) == {"total": 1, "rejected": 1}
    assert codes(report) == [(2, "appointment", "")]
    assert checksums() == before


def test_a_line_with_an_id_updates_what_its_columns_say_and_nothing_else(company: Company) -> None:
    owner = company.people.owner
    run("touchpoints", HEAD + "T1,Alpha Works,2026-01-05,check_in,old\n", HOW, by=owner)
    (stored,) = touchpoints()
    Touchpoint.objects.visible_to(SYSTEM).update(direction="inbound", notes="a person wrote this")
    report = run("touchpoints", HEAD + "T1,Alpha Works,2026-02-05,sales_call,new\n", HOW, by=owner)
    (after,) = touchpoints()
    assert ends(report) == {"total": 1, "updated": 1}
    assert (after.pk, after.subject, after.type.key) == (stored.pk, "new", "sales_call")
    assert (after.direction, after.notes, after.version) == ("inbound", "a person wrote this", 2)
    assert Account.objects.visible_to(SYSTEM).get(pk=company.account.pk).last_touch_at == after.occurred_at
    # An empty cell leaves what is there; another account is refused.
    assert ends(run("touchpoints", HEAD + "T1,Alpha Works,2026-02-05,sales_call,\n", HOW, by=owner)) == {
        "total": 1,
        "unchanged": 1,
    }
    moved = run("touchpoints", HEAD + "T1,New,2026-02-05,sales_call,\n", HOW, by=owner, **create("accounts"))
    assert codes(moved) == [(2, "account_differs", "Client")]


def test_an_edited_touchpoint_known_by_content_is_not_overwritten(people: People) -> None:
    body = "Id,Date,CDs,Price\n1,1997-01-01,1,5\n"
    run("touchpoints", body, mapping("cdnow"), by=people.owner, **create("accounts"))
    Touchpoint.objects.visible_to(SYSTEM).update(subject="a person wrote this")
    assert ends(run("touchpoints", body, mapping("cdnow"), by=people.owner)) == {"total": 1, "unchanged": 1}
    assert [t.subject for t in touchpoints()] == ["a person wrote this"]


def test_missing_accounts_and_types_are_created_on_request(people: People) -> None:
    body = HEAD + "T1,Nova,2026-01-05,Site Tour,\nT2,Nova,2026-01-06,商談,\n"
    assert ends(run("touchpoints", body, HOW, by=people.owner)) == {"total": 2, "rejected": 2}
    report = run("touchpoints", body, HOW, by=people.owner, **create("accounts", "types"))
    assert ends(report) == {"total": 2, "created": 2}
    account = Account.objects.visible_to(SYSTEM).get()
    assert (account.name, account.owner, account.team) == ("Nova", people.owner, people.north_one)
    assert ExternalId.objects.visible_to(SYSTEM).get().external_id == "Nova"
    types = TouchpointType.objects.filter(name__in=["Site Tour", "商談"]).order_by("position")
    assert [(t.name, t.counts_for) for t in types] == [("Site Tour", ["operational"]), ("商談", ["operational"])]
    assert types[0].key == "site_tour" and types[1].key.startswith("type_")
    # Renamed in kam, it is still the account its source means.
    Account.objects.visible_to(SYSTEM).update(name="Nova Group", name_sort="nova group")
    again = run("touchpoints", body, HOW, by=people.owner, **create("accounts", "types"))
    assert ends(again) == {"total": 2, "unchanged": 2}


def test_contacts_and_colleagues_are_tied_by_email_and_unknown_ones_said(company: Company) -> None:
    contact = make_contact(company.account, email="Kim@alpha.example")
    how = HOW | {"contact": "Contact", "staff": "Agent"}
    head = HEAD.strip() + ",Contact,Agent\n"
    body = head + (
        "T1,Alpha Works,2026-01-05,check_in,,kim@ALPHA.example,Olga.Owner@kam.example\n"
        "T2,Alpha Works,2026-01-06,check_in,,nobody@alpha.example,nobody@kam.example\n"
    )
    report = run("touchpoints", body, how, by=company.people.owner)
    assert ends(report) == {"total": 2, "created": 2}
    assert codes(report, "warnings") == [(3, "unknown_contact", "Contact"), (3, "unknown_staff", "Agent")]
    first, second = touchpoints()
    assert list(first.contacts.all()) == [contact] and list(first.staff.all()) == [company.people.owner]
    assert not second.contacts.exists() and not second.staff.exists()
    # Known by now, the contact is tied by importing again.
    make_contact(company.account, email="nobody@alpha.example")
    assert ends(run("touchpoints", body, how, by=company.people.owner)) == {"total": 2, "updated": 1, "unchanged": 1}


def test_a_dry_run_reports_the_same_and_writes_nothing(people: People) -> None:
    body = HEAD + "T1,Nova,2026-01-05,Site Tour,\nT1,Nova,2026-01-05,Site Tour,\nT2,Nova,never,x,\n"
    before = checksums()
    dry = run("touchpoints", body, HOW, by=people.owner, dry_run=True, **create("accounts", "types"))
    assert checksums() == before
    real = run("touchpoints", body, HOW, by=people.owner, **create("accounts", "types"))
    assert (dry["rows"], dry["errors"], dry["warnings"]) == (real["rows"], real["errors"], real["warnings"])
    assert ends(real) == {"total": 3, "created": 1, "duplicate": 1, "rejected": 1}


def test_someone_who_lost_their_rights_imports_nothing_more(people: People) -> None:
    upload("touchpoints", b"Id,Date,CDs,Price\n1,1997-01-01,1,5\n", mapping("cdnow"), by=people.owner)
    job = ImportJob.objects.get()
    ImportJob.objects.update(status="queued", finished_at=None, created_by=people.newcomer)
    from kam.exchange.running import run_chunk

    job = run_chunk(job_id=job.pk, now=clock.now())
    assert (job.status, job.failure) == ("failed", "The person who asked for this import may no longer do so.")


def test_the_number_of_queries_does_not_grow_with_the_rows(
    company: Company, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    def body(rows: int, start: int) -> str:
        return HEAD + "".join(f"T{n},Account {n},2026-01-05,Kind {n},\n" for n in range(start, start + rows))

    with django_assert_max_num_queries(80) as few:
        run("touchpoints", body(3, 0), HOW, by=company.people.owner, **create("accounts", "types"))
    with django_assert_num_queries(len(few)):
        run("touchpoints", body(100, 10), HOW, by=company.people.owner, **create("accounts", "types"))


CORRECTED: dict[str, tuple[str, list[tuple[str, str, str | None]]]] = {
    # The second of three (days 1, 13 and 19): what the line says now, and the check-ins that follow.
    "as it was": ("13,two_way,check_in", [("01", "done", "2"), ("13", "done", "3"), ("19", "open", None)]),
    "outbound": ("13,outbound,check_in", [("01", "done", "3"), ("19", "open", None)]),
    "of a type that does not count": ("13,two_way,billing", [("01", "done", "3"), ("19", "open", None)]),
    "the newest": ("20,two_way,check_in", [("01", "done", "3"), ("19", "done", "2"), ("20", "open", None)]),
}


@pytest.mark.parametrize("case", CORRECTED)
def test_a_corrected_line_takes_back_what_followed_from_it(company: Company, case: str) -> None:
    """What the check-ins and flags say is as if the line had always been so."""
    how = {**HOW, "direction": "Way"}
    head = "Ticket,Client,Way,When,Kind,Title\n"

    def line(number: int, said: str) -> str:
        day, way, kind = said.split(",")
        return f"{number},Alpha Works,{way},2026-01-{day},{kind},x\n"

    company.account.tier = "A"
    company.account.save()
    for number, day in ((1, "01"), (2, "13"), (3, "19")):  # a chunk each, so that each has its check-in
        run("touchpoints", head + line(number, f"{day},two_way,check_in"), how, by=company.people.owner)
    said, expected = CORRECTED[case]
    run("touchpoints", head + line(2, said), how, by=company.people.owner)
    by_id = {one.pk: one.external_id for one in touchpoints()}
    found = CheckIn.objects.visible_to(SYSTEM).order_by("period_on")
    assert [(f"{c.period_on:%d}", c.status, by_id.get(c.fulfilled_by_id)) for c in found] == expected
    assert all(c.fulfilled_by_id is None or c.fulfilled_by_id in by_id for c in found)
    assert reconcile([company.account.pk], now=clock.now()).total == 0


def test_the_newest_line_corrected_by_an_hour_still_fulfils(company: Company) -> None:
    company.account.tier = "A"
    company.account.save()
    for number, moment in ((1, "2026-01-01 09:00"), (2, "2026-01-13 09:00"), (2, "2026-01-13 10:00")):
        body = HEAD + f"{number},Alpha Works,{moment},check_in,x\n"
        run("touchpoints", body, HOW, by=company.people.owner)
    found = CheckIn.objects.visible_to(SYSTEM).order_by("period_on")
    assert [(c.status, c.fulfilled_by and c.fulfilled_by.external_id) for c in found] == [("done", "2"), ("open", None)]


def test_a_flag_is_handed_on_when_the_line_that_closed_it_turns_out_to_be_no_contact(company: Company) -> None:
    company.account.tier = "A"
    company.account.save()
    how, head = {**HOW, "direction": "Way"}, "Ticket,Client,Way,When,Kind,Title\n"
    for number, day, way in (
        (1, "01-01", "two_way"),
        (2, "03-01", "inbound"),
        (3, "03-05", "two_way"),
        (2, "03-01", "outbound"),
    ):
        body = head + f"{number},Alpha Works,{way},2026-{day},check_in,x\n"
        run("touchpoints", body, how, by=company.people.owner)
    flags = StaleFlag.objects.visible_to(SYSTEM).order_by("anchor_at")
    told = [(f"{f.anchor_at:%m-%d}", f.closed_by_touchpoint and f.closed_by_touchpoint.external_id) for f in flags]
    assert told[:1] == [("01-01", "3")]
    assert "03-01" not in [day for day, _ in told]


def test_effort_is_imported_and_leaves_the_identity_of_lines_without_it(company: Company) -> None:
    plain = HEAD.encode() + b",Alpha Works,2026-01-05T09:00:00Z,Check-in,Same\n"
    owner = company.people.owner
    fields = {
        "account": "Client",
        "occurred_at": "When",
        "type": "Kind",
        "subject": "Title",
        "channel": {"value": "phone"},
    }
    run("touchpoints", plain, fields, by=owner)
    effort = {"handoffs": "Hands", "wait_minutes": "Wait", "resolved_first_contact": "First"}
    told = (
        b"Ticket,Client,When,Kind,Title,Hands,Wait,First\n"
        b",Alpha Works,2026-01-06T09:00:00Z,Check-in,Told,2,30,No\n"
        b",Alpha Works,2026-01-05T09:00:00Z,Check-in,Same,,,\n"
        b",Alpha Works,2026-01-05T09:00:00Z,Check-in,Odd,,,perhaps\n"
    )
    report = run("touchpoints", told, fields | effort, by=owner)
    assert ends(report) == {"total": 3, "created": 1, "unchanged": 1, "rejected": 1}
    assert codes(report) == [(4, "unknown_choice", "First")]
    one = touchpoints(subject="Told")[0]
    assert (one.handoffs, one.wait_minutes, one.resolved_first_contact) == (2, 30, False)


MANY_FAULTS = """Client,At,Type,Via,Mood,Minutes
Nobody,2090-01-01,dance,smoke,9,x
Acme,never,check_in,smoke,9,1
Acme,2026-01-01,check_in,phone,1,1
"""
FAULTY: dict[str, Any] = {
    "account": "Client", "occurred_at": "At", "type": "Type", "channel": "Via",
    "sentiment_end": "Mood", "duration_minutes": "Minutes",
}  # fmt: skip


def test_all_that_is_wrong_with_a_line_is_said_at_once(people: People) -> None:
    make_account("Acme", owner=people.owner, team=people.north_one)
    report = run("touchpoints", MANY_FAULTS, FAULTY, by=people.owner)
    assert ends(report) == {"total": 3, "created": 1, "rejected": 2}
    assert codes(report) == [(2, "not_a_number", "Mood"), (3, "not_a_date", "At")]
    assert report["errors"][0]["message"] == (
        "“9” is no whole number from -2 to 2; Minutes: “x” is no whole number from 0 to 2147483647; "
        "At: This has not happened yet; Via: There is no channel “smoke”; "
        "Type: There is no touchpoint type “dance”; Client: You have no account “Nobody”."
    )
    address = f"/imports/{ImportJob.objects.get().pk}/rejected.csv"
    answer = client_for(people.owner).get(address)
    told = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))  # type: ignore[attr-defined]
    assert [line[1].count("; ") for line in told[1:]] == [5, 2]


def test_nothing_is_created_for_a_line_that_is_rejected(people: People) -> None:
    report = run("touchpoints", MANY_FAULTS, FAULTY, by=people.owner, **create("accounts", "types"))
    assert ends(report) == {"total": 3, "created": 1, "rejected": 2}
    assert list(Account.objects.visible_to(SYSTEM).values_list("name", flat=True)) == ["Acme"]
    assert not TouchpointType.objects.filter(name="dance").exists()
