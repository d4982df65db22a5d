"""Exports: what stands in the files, who may have them, and jobs that go on where they stopped."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.bulk.changes import Deed, begin_bulk
from accounts.enums import BulkKind
from accounts.models import Account, Contact, ExternalId
from accounts.services.tags import change_tags, ensure_tags
from kam.core import clock
from kam.core.errors import BadInput, DomainError, NotVisible
from kam.exchange.downloads import as_text
from kam.exchange.exports import services
from kam.exchange.exports.enums import Format
from kam.exchange.exports.models import ExportJob
from kam.exchange.exports.registry import export_kind
from kam.exchange.exports.selectors import file_of
from kam.exchange.exports.services import ExportRequest, export_step, forget_files, reader_for, request_export
from kam.exchange.formulas import neutralise
from kam.exchange.registry import kind_of
from kam.exchange.services import Request, import_now
from kam.outbox.models import OutboxMessage
from kam.people.models import Membership, User
from kam.people.rules import NotAllowed
from tests import factories
from tests.personas import SYSTEM, Company, api_client, client_for, make_account, make_token, principal
from touchpoints.models import Touchpoint

NOW = clock.now()
WHY = {"reason": "tests"}


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = str(tmp_path)
    yield


def dicts(lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(lines, newline="")))


def finish(job: ExportJob) -> ExportJob:
    for _step in range(50):
        job = export_step(job_id=job.pk, now=NOW)
        if job.is_over:
            break
    return job


def prepare(by: User, kind: str = "accounts", **asked: Any) -> ExportJob:
    return request_export(by=principal(by), request=ExportRequest(kind, **asked), now=NOW)


def text_of(by: User, job: ExportJob) -> str:
    return b"".join(file_of(principal(by), job, now=NOW)).decode()


def exported(by: User, kind: str, **asked: Any) -> list[dict[str, str]]:
    reader = reader_for(principal(by), ExportRequest(kind, **asked), now=NOW)
    heading, *rows = reader.all_rows()
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("kind", ["accounts", "contacts", "touchpoints"])
def test_export_holds_what_is_visible_and_nothing_else(company: Company, kind: str) -> None:
    people = company.people
    for account, by in ((company.account, people.owner), (company.foreign_account, people.outsider)):
        contact = factories.make_contact(account, principal(by), last_name=f"At {account.name}")
        factories.make_touchpoint(account, principal(by), subject=f"With {account.name}", contacts=[contact])
    names = {
        who: [str(row.get("account") or row["name"]) for row in exported(getattr(people, who), kind)]
        for who in ("owner", "outsider", "leader", "newcomer", "integration")
    }
    own, foreign = company.account.name, company.foreign_account.name
    assert names == {"owner": [own], "outsider": [foreign], "leader": [own], "newcomer": [], "integration": [own]}


def test_import_takes_an_export_and_changes_nothing(company: Company) -> None:
    by = company.people.owner
    account = make_account('=cmd|"x"', owner=by, team=company.people.north_one, industry="-5", employees=7)
    ExternalId(account=account, source="crm", external_id="@1").save(force_insert=True)
    change_tags(by=principal(by), account=account, added=["=Fair 2026", "Été"], removed=[], now=clock.now())
    contact = factories.make_contact(account, principal(by), email="k@x.example", buying_roles=["sponsor", "champion"])
    factories.make_touchpoint(
        account, principal(by), type="check_in", notes="'+two\nlines;\"quoted\"", sentiment_end=-2, staff=[by],
        contacts=[contact], source="crm", external_id="t1", resolved_first_contact=True,
    )  # fmt: skip
    for kind in ("accounts", "contacts", "touchpoints"):
        text = text_of(by, finish(prepare(by, kind)))
        heading = next(csv.reader(io.StringIO(text)))
        ours = {field: field for field in heading if field in importable(kind)}
        request = Request(kind=kind, file=io.BytesIO(text.encode()), filename="x.csv", mapping=ours)
        job = import_now(by=principal(by), request=request, clock=clock.now)
        assert (kind, job.rows) == (kind, dict.fromkeys(job.rows, 0) | {"total": job.total, "unchanged": job.total})


def importable(kind: str) -> set[str]:
    return set(kind_of(kind).by_name)


def test_every_importable_field_is_exported(company: Company) -> None:
    for kind in ("accounts", "contacts", "touchpoints"):
        assert importable(kind) - set(export_kind(kind).by_name) - {"kam_id"} == set()
    assert "id" in export_kind("touchpoints").by_name  # is imported as kam_id


def test_sensitive_fields_are_in_no_file(company: Company) -> None:
    contact = factories.make_contact(company.account, principal(company.people.owner))
    Contact.objects.all_for_system(**WHY).filter(pk=contact.pk).update(private_notes="zqsecret", stance=2)
    assert "zqsecret" not in text_of(company.people.admin, finish(prepare(company.people.admin, "contacts")))
    assert {"stance", "private_notes"} & set(export_kind("contacts").by_name) == set()


def test_job_goes_on_where_it_stopped(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PART_ROWS", 2)
    people = company.people
    for number in range(5):
        make_account(f"More {number}", owner=people.owner, team=people.north_one)
    job = prepare(people.owner, columns=["name", "id"])
    export_step(job_id=job.pk, now=NOW)

    def die(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:  # the part is written, the worker dies before it says so
        broken.setattr(services, "publish", die)
        with pytest.raises(RuntimeError):
            export_step(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.parts, job.written, job.progress) == (1, 2, 33)
    job = finish(job)
    mine = Account.objects.all_for_system(**WHY).filter(owner=people.owner).order_by("pk")
    assert [row["id"] for row in dicts(text_of(people.owner, job))] == [
        str(pk) for pk in mine.values_list("pk", flat=True)
    ]
    assert (job.status, job.written, job.total, job.progress) == ("done", 6, 6, 100)


def test_rights_are_looked_at_while_it_runs_and_when_it_is_fetched(company: Company) -> None:
    people = company.people
    running, ready = prepare(people.owner), finish(prepare(people.owner))
    Membership.objects.create(user=people.owner, team=people.south_one, role="leader")
    failed = finish(running)
    assert (failed.status, failed.written) == ("failed", 0)
    with pytest.raises(NotAllowed):
        file_of(principal(people.owner), ready, now=NOW)
    assert text_of(people.admin, ready)


@pytest.mark.parametrize("kind", ["accounts", "contacts", "touchpoints"])
def test_file_holds_nothing_that_whoever_fetches_it_no_longer_sees(
    company: Company, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(services, "PART_ROWS", 2)
    people = company.people
    account, kept = (
        Account.objects.visible_to(principal(people.owner)).get(),
        make_account("=Kept", owner=people.owner, team=people.north_one),
    )
    for one in (account, kept):
        factories.make_contact(one, principal(people.owner), last_name=f"Of {one.name}")
        factories.make_touchpoint(one, by=principal(people.owner), subject=f"With {one.name}")
    csv_job, book = (finish(prepare(people.owner, kind, format=format)) for format in (Format.CSV, Format.XLSX))
    held = {row["id"] for row in dicts(text_of(people.owner, csv_job))}
    Account.objects.visible_to(SYSTEM).filter(pk=account.pk).update(owner=people.outsider, team=people.south_one)
    rows = dicts(text_of(people.owner, csv_job))
    assert len(held) > len(rows) == 1
    assert rows == [dict(zip(row, map(neutralise, map(as_text, row.values())), strict=True))
                    for row in exported(people.owner, kind)]  # fmt: skip
    with pytest.raises(NotAllowed):
        file_of(principal(people.owner), book, now=NOW)
    assert {row["id"] for row in dicts(text_of(people.admin, csv_job))} == held
    assert b"".join(file_of(principal(people.admin), book, now=NOW))


def test_file_of_which_a_part_is_gone_is_not_sent_in_part(company: Company) -> None:
    job = finish(prepare(company.people.owner))
    default_storage.delete(f"exports/{job.pk}/000000.csv")
    with pytest.raises(NotVisible):
        file_of(principal(company.people.owner), job, now=NOW)


def test_file_is_there_for_seven_days(company: Company) -> None:
    job = finish(prepare(company.people.owner))
    name = f"exports/{job.pk}/000000.csv"
    forget_files(NOW, NOW + timedelta(days=6))
    assert default_storage.exists(name)
    late = NOW + timedelta(days=7)
    with pytest.raises(NotVisible):
        file_of(principal(company.people.owner), job, now=late)
    forget_files(NOW, late)
    job.refresh_from_db()
    assert (default_storage.exists(name), job.parts, job.status) == (False, 0, "done")


def test_excel_holds_numbers_as_numbers_and_no_formula(company: Company) -> None:
    make_account("=1+1", owner=company.people.owner, team=None, account_revenue="12.50")
    job = finish(prepare(company.people.owner, columns=["name", "account_revenue"], format=Format.XLSX))
    content = b"".join(file_of(principal(company.people.owner), job, now=NOW))
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert sorted(rows, key=str) == sorted(
        [["name", "account_revenue"], ["Alpha Works", None], ["'=1+1", 12.5]], key=str
    )


def test_touchpoints_are_those_that_took_place_in_the_period(company: Company) -> None:
    by = principal(company.people.owner)
    for age, subject in ((40, "Old"), (5, "New"), (-3, "Planned")):
        factories.make_touchpoint(company.account, by, days_ago=age, subject=subject)
    since = f"{NOW - timedelta(days=10):%Y-%m-%d}"
    assert [row["subject"] for row in exported(company.people.owner, "touchpoints", filters={"since": since})] == [
        "New"
    ]
    found = exported(company.people.owner, "touchpoints", filters={"until": since, "tier": "none"})
    assert [row["subject"] for row in found] == ["Old"]
    with pytest.raises(BadInput):
        exported(company.people.owner, "touchpoints", filters={"since": "soon"})


@pytest.mark.parametrize(
    "asked", [{"filters": {"tier": "Z"}}, {"columns": ["secret"]}, {"kind": "people"}, {"filters": {"owner": "x"}}]
)
def test_what_there_is_none_of_is_refused(company: Company, asked: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        prepare(company.people.owner, **asked)


def test_only_so_many_at_work_at_a_time(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    prepare(company.people.owner)
    with pytest.raises(DomainError, match="still at work"):
        prepare(company.people.owner)


def test_one_that_stopped_at_a_dead_letter_keeps_nobody_from_the_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    stopped = prepare(company.people.owner)
    OutboxMessage.objects.filter(payload={"job": str(stopped.pk)}).update(dead_at=NOW)
    assert prepare(company.people.owner).status == "queued"
    with pytest.raises(DomainError, match="still at work"):
        prepare(company.people.owner)


@pytest.mark.parametrize("kind", ["accounts", "contacts", "touchpoints"])
def test_queries_do_not_grow_with_rows(company: Company, kind: str) -> None:
    by, counts = company.people.owner, []
    for wanted in (1, 3):
        while Touchpoint.objects.all_for_system(**WHY).count() < wanted:
            account = make_account("One more", owner=by, team=company.people.north_one)
            contact = factories.make_contact(account, principal(by))
            factories.make_touchpoint(account, principal(by), contacts=[contact])
        with CaptureQueriesContext(connection) as queries:
            assert len(exported(by, kind)) >= wanted
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


# Page


def test_small_exports_are_sent_at_once_and_large_ones_prepared(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(company.people.owner)
    sent = {"kind": "accounts", "fields": "name.health", "fields_of": "shown", "format": "csv"}
    answer = client.post("/exports/new/", sent)
    assert b"".join(answer.streaming_content).decode().splitlines() == ["\ufeffname,health", "Alpha Works,"]
    answer = client.post("/exports/new/", sent | {"format": "xlsx"})
    assert answer["Content-Disposition"].endswith('.xlsx"')
    monkeypatch.setattr("kam.exchange.exports.views.MOST_AT_ONCE", 0)
    address = client.post("/exports/new/", sent)["Location"]
    job = finish(ExportJob.objects.get())
    assert address == f"/exports/{job.pk}/"
    assert "100" not in client.get(address).content.decode().partition("progress")[0]
    file = client.get(f"{address}file/")
    assert b"".join(file.streaming_content).decode().splitlines()[0] == "\ufeffname,health"
    assert client_for(company.people.teammate).get(f"{address}file/").status_code == 404


def test_page_says_what_is_exported(company: Company) -> None:
    page = client_for(company.people.owner).get("/exports/new/", {"kind": "contacts", "tier": "A", "search": "x"})
    assert page.context["words"] == [("Search", "x"), ("Tier", "A")]
    assert client_for(company.people.owner).get("/exports/new/", {"tier": "Z"}).status_code == 400


# API


def test_api_prepares_tells_and_sends(company: Company) -> None:
    client = api_client(make_token(company.people.owner, scopes=["accounts:read"]))
    body = {"kind": "accounts", "filters": {"tier": "none"}, "columns": ["name"]}
    answer = client.post("/api/v1/exports", body, "application/json")
    assert (answer.status_code, answer.json()["status"], answer.json()["file"]) == (202, "queued", None)
    location = answer["Location"]
    assert client.get(f"{location}/file").status_code == 404
    finish(ExportJob.objects.get())
    told = client.get(location).json()
    assert (told["status"], told["progress"], told["rows"], told["file"]) == ("done", 100, 1, f"{location}/file")
    assert b"".join(client.get(told["file"]).streaming_content) == b"name\r\nAlpha Works\r\n"


def test_api_needs_the_scope_of_what_is_exported(company: Company) -> None:
    job = finish(prepare(company.people.owner))
    client = api_client(make_token(company.people.owner, scopes=["contacts:read"]))
    assert client.post("/api/v1/exports", {"kind": "accounts"}, "application/json").status_code == 403
    assert client.get(f"/api/v1/exports/{job.pk}").status_code == 403
    assert client.get(f"/api/v1/exports/{job.pk}/file").status_code == 403
    assert client.get("/api/v1/exports").json()["results"] == []
    other = api_client(make_token(company.people.teammate))
    assert other.get(f"/api/v1/exports/{job.pk}/file").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"kind": "x"}, {"kind": "accounts", "filters": {"since": "2026-01-01"}}, {"kind": "accounts", "columns": ["x"]}],
)
def test_api_refuses_what_there_is_none_of(company: Company, body: dict[str, Any]) -> None:
    client = api_client(make_token(company.people.owner))
    assert client.post("/api/v1/exports", body, "application/json").status_code == 400


def test_program_names_a_tag_as_the_list_of_the_api_does(company: Company) -> None:
    put_fair_on(company)
    client = api_client(make_token(company.people.owner))

    def ask(tag: str) -> Any:
        body = {"kind": "accounts", "filters": {"tag": tag}, "columns": ["name"]}
        return client.post("/api/v1/exports", body, content_type="application/json")

    assert (ask("faïr").status_code, ask("faïr").json()["total"]) == (202, 1)
    refused = ask("unknown")
    assert refused.status_code == 400 and "“Tag”" in refused.json()["detail"]


def put_fair_on(company: Company) -> None:
    by = principal(company.people.owner)
    [tag] = ensure_tags(by=by, names=["Fair"], now=NOW)
    begin_bulk(by=by, deed=Deed(BulkKind.TAG, tag=tag), account_ids=[company.account.pk], now=NOW)
