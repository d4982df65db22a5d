"""Importing accounts."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.changes import account_changes
from accounts.days import reporting_day
from accounts.imports.first_days import choose_first_days
from accounts.models import Account, ExternalId, LifecycleEvent, Tag
from accounts.tags import tag_names
from kam.core import clock
from kam.core.wording import source_name
from kam.exchange.models import ImportJob
from kam.outbox.models import OutboxMessage
from tests.exchange.runs import checksums, drain, run
from tests.personas import SYSTEM, Company, People, client_for
from touchpoints.models import CadencePolicy, CheckIn, StaleFlag, Touchpoint
from touchpoints.selectors import stale_accounts

pytestmark = pytest.mark.django_db

HOW: dict[str, Any] = {
    "external_id": "No",
    "name": "Name",
    "parent": "Group",
    "owner": "Owner",
    "country": "Country",
    "company_revenue": "Turnover",
    "customer_since": "Since",
    "source": {"value": "crm"},
    "currency": {"value": "USD"},
}
HEAD = "No,Name,Group,Owner,Country,Turnover,Since\n"


def ends(report: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report["rows"].items() if number}


def named(name: str) -> Account:
    return Account.objects.visible_to(SYSTEM).get(name=name)


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_parents_are_found_wherever_they_stand_in_the_file(
    people: People, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam.exchange.running.CHUNK_ROWS", chunk)
    body = HEAD + "1,Child,Mother,,,,\n2,Mother,,,,,\n3,Second,Mother,,,,\n4,Orphan,Nobody,,,,\n5,Self,Self,,,,\n"
    report = run("accounts", body, HOW, by=people.owner)
    assert ends(report) == {"total": 5, "created": 5}
    assert [(issue["line"], issue["code"]) for issue in report["warnings"]] == [
        (5, "unknown_parent"),
        (6, "unknown_parent"),
    ]
    mother = named("Mother")
    assert {named(name).parent_id for name in ("Child", "Second")} == {mother.pk}
    assert named("Orphan").parent_id is None and named("Self").parent_id is None
    before = checksums()
    assert ends(run("accounts", body, HOW, by=people.owner)) == {"total": 5, "unchanged": 5}
    assert checksums() == before


def test_a_new_account_has_owner_team_event_and_is_planned(people: People) -> None:
    body = HEAD + "1,Acme  Corp,,,Italy,1100.04,2020-05-01\n2,Beta,,tom.teammate@KAM.example,,,\n"
    report = run("accounts", body, HOW, by=people.admin)
    assert ends(report) == {"total": 2, "created": 2}
    acme, beta = named("Acme Corp"), named("Beta")
    assert (acme.owner, acme.company_revenue, acme.currency) == (None, Decimal("1100.04"), "USD")
    assert (beta.owner, beta.team) == (people.teammate, people.north_one)
    events = LifecycleEvent.objects.visible_to(SYSTEM).order_by("assumed")
    assert [(e.account_id, str(e.occurred_on)[:4], e.assumed) for e in events][0] == (acme.pk, "2020", False)
    assert events.count() == 2
    asked = OutboxMessage.objects.filter(topic="account.cadence_inputs_changed")
    assert {key for message in asked for key in message.payload["account_ids"]} == {str(acme.pk), str(beta.pk)}


def test_only_columns_that_differ_are_updated(people: People) -> None:
    run("accounts", HEAD + "1,Acme,,,Italy,5,\n", HOW, by=people.owner)
    Account.objects.visible_to(SYSTEM).update(currency="CHF", industry="kept")
    report = run("accounts", HEAD + "1,Acme S.p.A.,,,,7,\n", HOW, by=people.owner)
    assert ends(report) == {"total": 1, "updated": 1}
    account = named("Acme S.p.A.")
    assert (account.country, account.company_revenue, account.currency, account.industry) == ("Italy", 7, "CHF", "kept")
    assert account.version == 2


def test_an_account_known_by_name_gets_its_external_id(company: Company) -> None:
    body = HEAD + "7,Alpha  Works,,,,,\n"
    assert ends(run("accounts", body, HOW, by=company.people.owner)) == {"total": 1, "updated": 1}
    assert ends(run("accounts", body, HOW, by=company.people.owner)) == {"total": 1, "unchanged": 1}
    assert ExternalId.objects.visible_to(SYSTEM).get().account_id == company.account.pk
    # Another id of the same source is another account, whatever its name.
    other = run("accounts", HEAD + "8,Alpha Works,,,,,\n", HOW, by=company.people.owner)
    assert ends(other) == {"total": 1, "created": 1}


def test_what_the_importer_may_not_do_is_rejected(company: Company) -> None:
    people = company.people
    run("accounts", HEAD + "9,Theirs,,,,,\n", HOW, by=people.outsider)
    body = HEAD + (
        "1,One,,otto.outsider@kam.example,,,\n"
        "9,Mine,,,,,\n"
        "2,Canary Foreign GmbH,,,,,\n"
        "2,Twice,,,,,\n"
        "3,,,,,,\n"
        "4,Child,Theirs,,,,\n"
    )
    report = run("accounts", body, HOW, by=people.owner)
    assert [(issue["line"], issue["code"], issue["column"]) for issue in report["errors"]] == [
        (2, "owner_not_assignable", "Owner"),
        (3, "external_id_taken", "No"),
        (6, "missing", "Name"),
    ]
    # A name that exists out of sight is free; a parent out of sight is nobody in particular.
    assert [(issue["line"], issue["code"]) for issue in report["warnings"]] == [(5, "duplicate"), (7, "unknown_parent")]
    assert ends(report) == {"total": 6, "created": 2, "duplicate": 1, "rejected": 3}
    assert Account.objects.visible_to(SYSTEM).filter(name="Canary Foreign GmbH").count() == 2


def test_a_rule_of_accounts_rejects_its_line_alone(people: People) -> None:
    how = {"name": "Name", "lifecycle": "State", "customer_since": "Since"}
    body = "Name,State,Since\nA,prospect,2020-01-01\nB,prospect,\nC,lost,2019-01-01\n"
    report = run("accounts", body, how, by=people.owner)
    assert [(issue["line"], issue["code"], issue["column"]) for issue in report["errors"]] == [
        (2, "prospect_since", "Since")
    ]
    body = "Name,State,Since\nB,prospect,2020-01-01\nC,active,\n"
    again = run("accounts", body, how, by=people.owner)
    assert [(issue["line"], issue["code"]) for issue in again["errors"]] == [(2, "prospect_since")]
    assert ends(again) == {"total": 2, "updated": 1, "rejected": 1}


def test_updating_many_takes_as_many_queries_as_updating_few(people: People) -> None:
    def body(many: int, industry: str) -> str:
        rows = "".join(f"Imp {n},{industry},A,{people.owner.email}\n" for n in range(many))
        return "Name,Branch,Tier,Owner\n" + rows

    how = {"name": "Name", "industry": "Branch", "tier": "Tier", "owner": "Owner"}
    run("accounts", body(40, "a"), how, by=people.leader)
    Account.objects.visible_to(SYSTEM).update(tier="")
    OutboxMessage.objects.all().delete()
    counts = []
    for many, industry in ((2, "b"), (40, "c")):
        with CaptureQueriesContext(connection) as queries:
            report = run("accounts", body(many, industry), how, by=people.leader)
        assert ends(report) == {"total": many, "updated": many}
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert OutboxMessage.objects.filter(topic="account.cadence_inputs_changed").count() == 2
    assert set(Account.objects.visible_to(SYSTEM).values_list("industry", "version")) == {("c", 2), ("c", 3)}


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_a_family_that_would_be_a_circle_is_told(people: People, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kam.exchange.running.CHUNK_ROWS", chunk)
    report = run("accounts", HEAD + "1,A,B,,,,\n2,B,C,,,,\n3,C,A,,,,\n", HOW, by=people.owner)
    assert ends(report) == {"total": 3, "created": 3}
    assert [issue["code"] for issue in report["warnings"]] == ["parent_circle"]
    assert sum(named(name).parent_id is None for name in "ABC") == 1


def test_a_stored_account_below_another_is_not_made_its_parent(people: People) -> None:
    run("accounts", HEAD + "1,A,,,,,\n2,B,A,,,,\n", HOW, by=people.owner)
    report = run("accounts", HEAD + "1,A,B,,,,\n", HOW, by=people.owner)
    assert [(issue["line"], issue["code"], issue["column"]) for issue in report["errors"]] == [
        (2, "parent_circle", "Group")
    ]
    assert named("A").parent_id is None


TAGGED = {"external_id": "No", "name": "Name", "source": {"value": "crm"}, "tags": "Tags"}


def tags_of(name: str) -> list[str]:
    return tag_names(SYSTEM, named(name))


@pytest.mark.parametrize("chunk", [1, 1000])
def test_tags_come_to_those_there_are_and_stand_in_the_history(
    people: People, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kam.exchange.running.CHUNK_ROWS", chunk)
    body = 'No,Name,Tags\n1,One,Fair; éTÉ ;fair\n2,Two,"Fair, Key"\n3,Three,\n4,Four,\u0301\n'
    report = run("accounts", body, TAGGED, by=people.owner)
    assert (ends(report), [(e["line"], e["code"]) for e in report["errors"]]) == (
        {"total": 4, "created": 3, "rejected": 1}, [(5, "tag_without_letters")]
    )  # fmt: skip
    assert [tags_of(name) for name in ("One", "Two", "Three")] == [["éTÉ", "Fair"], ["Fair", "Key"], []]
    again = body.replace("4,Four,\u0301\n", "")
    assert ends(run("accounts", again, TAGGED, by=people.owner)) == {"total": 3, "unchanged": 3}
    more = run("accounts", "No,Name,Tags\n1,One,Été;New\n2,Two,\n", TAGGED, by=people.owner)
    assert ends(more) == {"total": 2, "updated": 1, "unchanged": 1}
    told = [(entry.who, entry.became) for entry in account_changes(SYSTEM, named("One")).entries]
    assert told == [("Olga Owner", "+ New"), ("Olga Owner", "+ Fair, + éTÉ")]


def test_account_that_would_bear_too_many_tags_gets_none_of_the_line(people: People) -> None:
    run("accounts", "No,Name,Tags\n1,One," + ";".join(f"t{n}" for n in range(19)) + "\n", TAGGED, by=people.owner)
    report = run("accounts", "No,Name,Tags\n1,One,a;b\n", TAGGED, by=people.owner)
    assert (ends(report), [issue["code"] for issue in report["warnings"]]) == (
        {"total": 1, "unchanged": 1}, ["too_many_tags"]
    )  # fmt: skip
    assert ends(run("accounts", "No,Name,Tags\n1,One,a;t3\n", TAGGED, by=people.owner)) == {"total": 1, "updated": 1}
    assert len(tags_of("One")) == 20
    many = ";".join(f"never{n}" for n in range(21))
    assert ends(run("accounts", f"No,Name,Tags\n2,Two,{many}\n", TAGGED, by=people.owner)) == {"total": 1, "created": 1}
    assert (tags_of("Two"), Tag.objects.filter(name__startswith="never").count()) == ([], 0)


OLD = "Name,Since,From\nAcme,2019-05-01,\nBeta,2019-05-01,2026-01-05\nFresh,2190-01-01,\n"
DAYS = {"name": "Name", "customer_since": "Since", "silence_from_on": "From"}


@pytest.mark.parametrize(
    ("said", "stale"), [("today", {"Beta"}), ("customer_since", {"Acme", "Beta"}), (None, {"Acme", "Beta"})]
)
def test_silence_of_old_customers_counts_from_the_import_where_that_is_said(
    people: People, said: str | None, stale: set[str]
) -> None:
    options = {"defaults": {"silence_from_on": said}} if said else {}
    assert ends(run("accounts", OLD, DAYS, by=people.owner, **options)) == {"total": 3, "created": 3}
    drain()
    flags = StaleFlag.objects.visible_to(SYSTEM).select_related("account")
    assert {flag.account.name for flag in flags} == stale
    begun = named("Acme").silence_from_on
    assert begun == (reporting_day(clock.now()) if said == "today" else None)
    periods = dict(CheckIn.objects.visible_to(SYSTEM).values_list("account__name", "period_on"))
    assert periods["Acme"] == (begun or named("Acme").customer_since)
    assert periods["Fresh"] == named("Fresh").customer_since  # no silence before they are a customer
    before = checksums()
    assert ends(run("accounts", OLD, DAYS, by=people.owner, **options)) == {"total": 3, "unchanged": 3}
    assert checksums() == before


def test_first_check_ins_of_imported_customers_are_spread_over_working_days_and_nobody_is_stale(people: People) -> None:
    how = {"name": "Name", "customer_since": "Since", "lifecycle": "Stage", "silence_from_on": "From"}
    body = "Name,Since,Stage,From\nSaid,2019-05-01,active,2026-11-02\nHope,,prospect,\n"
    body += "".join(f"Customer {n},2019-05-01,active,\n" for n in range(30))
    options = {"defaults": {"silence_from_on": "spread", "tier": "A"}}
    run("accounts", body, how, by=people.owner, **options)
    drain()
    today, said = reporting_day(clock.now()), named("Said")
    assert (said.silence_from_on, named("Hope").silence_from_on) == (date(2026, 11, 2), None)
    planned = CheckIn.objects.visible_to(SYSTEM).filter(purpose="operational").exclude(account=said)
    weekdays = [day for day in (today + timedelta(days=n + 1) for n in range(14)) if day.isoweekday() < 6]
    assert Counter(planned.values_list("due_on", flat=True)) == dict.fromkeys(weekdays, 3)
    assert not StaleFlag.objects.visible_to(SYSTEM).exclude(account=said).exists()
    before = checksums()
    assert ends(run("accounts", body, how, by=people.owner, **options)) == {"total": 32, "unchanged": 32}
    known = run("accounts", "Name,Since,Stage,From\nCustomer 7,,,spread\n", how, by=people.owner)
    assert ends(known) == {"total": 1, "unchanged": 1}
    assert checksums() == before


def test_spreading_makes_no_purpose_of_an_account_overdue(people: People) -> None:
    policy = {"ideal_days": 5, "maximum_days": 6, "working_days": [1, 2, 3, 4, 5, 6, 7]}
    CadencePolicy.objects.update_or_create(purpose="business_review", tier="A", defaults=policy)
    owners = (people.owner, people.teammate)
    body = "Name,Tier,Owner\n" + "".join(f"C{n},A,{owners[n % 2].email}\n" for n in range(18))
    how = {"name": "Name", "tier": "Tier", "owner": "Owner"}
    run("accounts", body, how, by=people.leader, defaults={"silence_from_on": "spread"})
    drain()
    today = reporting_day(clock.now())
    days = Account.objects.visible_to(SYSTEM).filter(tier="A", owner__in=owners)
    assert days.filter(silence_from_on__gt=today).count() == 0
    assert days.filter(silence_from_on__lt=today - timedelta(days=4)).count() == 0
    assert CheckIn.objects.visible_to(SYSTEM).filter(account__in=days, due_on__lte=today).count() == 0
    assert StaleFlag.objects.visible_to(SYSTEM).filter(account__in=days).count() == 0
    for owner in owners:
        its = Counter(days.filter(owner=owner).values_list("silence_from_on", flat=True)).values()
        assert sum(its) == 9 and max(its) - min(its) <= 1


@pytest.mark.parametrize("chunk", [1, 3, 300])
@pytest.mark.parametrize("count", [30, 300])
def test_first_days_spread_evenly_in_whatever_chunks_a_file_comes(people: People, count: int, chunk: int) -> None:
    today = date(2026, 11, 20)  # a Friday
    tier = {"ideal_days": 14, "maximum_days": 20, "working_days": [1, 2, 3, 4, 5]}
    CadencePolicy.objects.update_or_create(purpose="operational", segment=None, tier="A", defaults=tier)
    lines = [(2 + n, Account(owner=people.owner, tier="A", lifecycle="active")) for n in range(count)]
    for begin in range(0, count, chunk):
        choose_first_days(lines[begin : begin + chunk], today)
    falls = Counter(account.silence_from_on + timedelta(days=14) for _line, account in lines)
    weekdays = [day for day in (today + timedelta(days=n + 1) for n in range(14)) if day.isoweekday() < 6]
    assert sorted(falls) == weekdays  # none before tomorrow, none after the day on which all would be due
    assert max(falls.values()) <= 1.5 * count / len(weekdays)


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_each_owner_of_a_file_in_turn_has_even_first_days_in_whatever_chunks(people: People, chunk: int) -> None:
    today, owners = date(2026, 11, 20), (people.owner, people.teammate, people.leader, people.outsider)
    tier = {"ideal_days": 10, "maximum_days": 20, "working_days": [1, 2, 3, 4, 5, 6, 7]}
    CadencePolicy.objects.update_or_create(purpose="operational", segment=None, tier="A", defaults=tier)
    lines = [(2 + n, Account(owner=owners[n % 4], tier="A", lifecycle="active")) for n in range(160)]
    for begin in range(0, len(lines), chunk * 4):
        choose_first_days(lines[begin : begin + chunk * 4], today)
    for owner in owners:
        falls = Counter(account.silence_from_on for _line, account in lines if account.owner == owner)
        assert len(falls) == 10 and max(falls.values()) <= 8


def test_where_another_purpose_has_a_shorter_interval_the_first_check_in_falls_later(people: People) -> None:
    """Tomorrow's everyday contact would leave that purpose overdue: the days it has are the room there is."""
    today, every = date(2026, 11, 20), {"maximum_days": 100, "working_days": [1, 2, 3, 4, 5, 6, 7]}
    for purpose, days in (("operational", 90), ("executive", 30)):
        policy = every | {"ideal_days": days}
        CadencePolicy.objects.update_or_create(purpose=purpose, segment=None, tier="A", defaults=policy)
    lines = [(2 + n, Account(owner=people.owner, tier="A", lifecycle="active")) for n in range(30)]
    choose_first_days(lines, today)
    ahead = sorted((account.silence_from_on - today).days + 90 for _line, account in lines)
    assert ahead == list(range(61, 91))


def test_silence_of_a_prospect_does_not_count_from_the_import_unless_its_line_says_so(people: People) -> None:
    how = {"name": "Name", "lifecycle": "Stage"}
    body = "Name,Stage\nHope,prospect\nPaying,active\nOld,\n"
    run("accounts", body, how, by=people.owner, defaults={"silence_from_on": "today"})
    run("accounts", "Name,Stage,From\nAsked,prospect,today\n", how | {"silence_from_on": "From"}, by=people.owner)
    drain()
    now, today = clock.now(), reporting_day(clock.now())
    begun = {name: named(name).silence_from_on for name in ("Hope", "Paying", "Old", "Asked")}
    assert begun == {"Hope": None, "Paying": today, "Old": today, "Asked": today}
    later = stale_accounts(SYSTEM, as_of=now + timedelta(days=91), now=now, max_days=90)
    assert {account.name for account in later} == {"Paying", "Old", "Asked"}


def test_where_imported_records_came_from_is_said_in_words(people: People) -> None:
    run("accounts", "No,Name\n7,Acme\n", {"external_id": "No", "name": "Name"}, by=people.owner)
    visit = {name: {"value": text} for name, text in (("type", "check_in"), ("channel", "visit"))}
    visit |= {"account": "Name", "occurred_at": "On", "external_id": "No"}
    run("touchpoints", "No,Name,On\n8,Acme,2026-01-05\n", visit, by=people.owner)
    web, touchpoint = client_for(people.owner), Touchpoint.objects.visible_to(SYSTEM).get()
    assert "<dt>Imported file</dt><dd><code>7</code></dd>" in web.get(f"/accounts/{named('Acme').pk}/").text
    assert "· Imported file 8</dd>" in web.get(f"/touchpoints/{touchpoint.pk}/").text
    assert source_name("Our own ERP") == "Our own ERP"


def test_accounts_an_import_made_are_listed_for_who_sees_both(company: Company) -> None:
    people = company.people
    body = f"Name,Owner\nMine,{people.owner.email}\nHis,{people.teammate.email}\nAlpha Works,\n"
    run("accounts", body, {"name": "Name", "owner": "Owner"}, by=people.leader)
    job = ImportJob.objects.get()
    address = f"/accounts/?imported={job.pk}"
    assert f'href="{address}"' in client_for(people.leader).get(f"/imports/{job.pk}/").content.decode()

    def listed(who: Any) -> list[str]:
        page = client_for(who).get(address)
        return [row.account["name"] for row in page.context["page"].rows]

    assert listed(people.leader) == ["His", "Mine"]  # Alpha Works was there before
    assert listed(people.admin) == ["His", "Mine"]
    assert listed(people.owner) == []  # the account is theirs, the import is not
    history = f"/accounts/{named('Mine').pk}/history/"
    assert f"/imports/{job.pk}/" in client_for(people.leader).get(history).content.decode()
    told = client_for(people.owner).get(history).content.decode()
    assert "by an import" in told and str(job.pk) not in told
    assert client_for(people.leader).get("/accounts/?imported=x").status_code == 400


def test_accounts_made_in_passing_are_listed_and_a_check_made_none(people: People) -> None:
    body = "Client,First\nNew one,Ann\n"
    how = {"account": "Client", "first_name": "First"}
    run("contacts", body, how, by=people.owner, missing_accounts="create", dry_run=True)
    run("contacts", body, how, by=people.owner, missing_accounts="create")
    made = [job.made for job in ImportJob.objects.order_by("created_at", "id")]
    assert made == ["", f"/accounts/?imported={ImportJob.objects.latest('created_at').pk}"]
    assert named("New one").imported_by == ImportJob.objects.latest("created_at")
