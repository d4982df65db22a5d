"""Imports over the API: a form with a file, answered at once, done by the worker."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from kam.core import clock, guard
from kam.exchange.models import ImportJob
from kam.exchange.running import run_chunk
from tests.api.rows import V1, WHY, refused
from tests.exchange.test_sheets import with_part, workbook
from tests.personas import People, api_client, make_token

pytestmark = pytest.mark.django_db
CSV = b"Client,Size\nAlpha,A\nBeta,Z\n"
MAPPING = {"name": "Client", "tier": "Size"}
CONTACTS = json.dumps({"account": "Client", "last_name": "Size"})
JSON = "application/json"
CREATING = {"missing_accounts": "create"}


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(api: Client, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    form = {"kind": "accounts", "mapping": json.dumps(MAPPING), **fields}
    form.setdefault("file", SimpleUploadedFile("accounts.csv", CSV, "text/csv"))
    return api.post(f"{V1}/imports", {k: v for k, v in form.items() if v is not None}, headers=headers)


def test_file_is_taken_and_its_lines_are_told_at_its_location(api: Client) -> None:
    answer = upload(api)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["Location"] == f"{V1}/imports/{answer.json()['id']}"
    run_chunk(job_id=answer.json()["id"], now=clock.now())
    body = api.get(answer.headers["Location"]).json()
    assert (body["status"], body["progress"], body["filename"]) == ("done", 100, "accounts.csv")
    assert body["rows"] == {
        "total": 2, "created": 1, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 1,
    }  # fmt: skip
    assert [(error["line"], error["column"]) for error in body["errors"]] == [(3, "Size")]
    assert body["warnings"] == []
    [row] = api.get(f"{V1}/imports").json()["results"]
    assert row == {name: body[name] for name in body if name not in ("errors", "warnings")}


def test_dry_run_writes_nothing(api: Client) -> None:
    job = upload(api, dry_run="true").json()["id"]
    run_chunk(job_id=job, now=clock.now())
    assert api.get(f"{V1}/imports/{job}").json()["rows"]["created"] == 1
    assert Account.objects.all_for_system(**WHY).count() == 0


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"kind": "fun"}, ("/kind", "invalid_choice")),
        ({"file": None}, ("/file", "required")),
        ({"mapping": "{"}, ("/mapping", "invalid_json")),
        ({"mapping": "[]"}, ("/mapping", "no_object")),
        ({"mapping": '{"name": "Nowhere"}'}, ("/mapping", "unknown_column")),
        ({"missing_accounts": "maybe"}, ("/missing_accounts", "invalid_choice")),
        ({"dry_run": "perhaps"}, ("/dry_run", "invalid")),
        ({"fun": "1"}, ("/fun", "unknown_field")),
    ],
)
def test_what_does_not_fit_is_refused(api: Client, fields: dict[str, Any], fault: tuple[str, str]) -> None:
    assert refused(upload(api, **fields)) == [fault]
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize(
    ("scopes", "fields", "status"),
    [
        (["imports:write"], {}, 403),
        (["imports:write", "accounts:read"], {}, 403),
        (["imports:write", "accounts:write"], {}, 202),
        (["imports:write", "contacts:write"], {"kind": "contacts", "mapping": CONTACTS}, 202),
        (["imports:write", "contacts:write"], {"kind": "contacts", "mapping": CONTACTS, **CREATING}, 403),
    ],
)
def test_token_writes_by_file_only_what_it_may_write_at_all(
    people: People, scopes: list[str], fields: dict[str, Any], status: int
) -> None:
    narrow = api_client(make_token(people.owner, scopes=scopes))
    assert upload(narrow, **fields).status_code == status
    assert ImportJob.objects.count() == (1 if status == 202 else 0)


def test_body_must_be_a_form(api: Client) -> None:
    assert api.post(f"{V1}/imports", "{}", content_type="application/json").status_code == 415


def test_import_is_asked_for_once_under_its_key(api: Client) -> None:
    answers = [upload(api, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert (answers[1].headers["Location"], ImportJob.objects.count()) == (answers[0].headers["Location"], 1)


def test_asking_for_an_import_takes_few_queries(api: Client, django_assert_max_num_queries: Any) -> None:
    api.get(f"{V1}/me")
    with django_assert_max_num_queries(12):
        upload(api)


def test_import_of_somebody_else_is_missing(people: People, api: Client) -> None:
    job = upload(api).json()["id"]
    other = api_client(make_token(people.leader))
    assert (other.get(f"{V1}/imports/{job}").status_code, other.get(f"{V1}/imports").json()["results"]) == (404, [])
    assert api_client(make_token(people.admin)).get(f"{V1}/imports/{job}").status_code == 200


def test_large_file_needs_a_token(api: Client, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BULK_LIMIT", 10)
    assert [upload(who).status_code for who in (client, api_client("kam_guessed"), api)] == [413, 413, 202]


def test_file_says_how_it_was_read_and_may_be_told(api: Client) -> None:
    latin = SimpleUploadedFile("a.csv", "Client;Size\nM\xfcller;A\nM\xf6ller;A\n".encode("cp1252"))
    assert upload(api, file=latin).json()["file"] == {
        "encoding": "cp1252", "delimiter": ";", "quote": '"', "escape": "", "sheet": "",
    }  # fmt: skip
    told = upload(
        api, file=SimpleUploadedFile("a.csv", "Client|Size\n\u0416;A\n".encode("cp1251")), encoding="windows-1251"
    )
    assert told.json()["file"]["encoding"] == "cp1251"
    assert refused(upload(api, encoding="klingon")) == [("/encoding", "unknown_encoding")]
    assert refused(upload(api, delimiter="x")) == [("/delimiter", "invalid_choice")]


def test_list_of_mappings_makes_as_many_records_of_a_row(api: Client) -> None:
    twice = json.dumps([MAPPING, {"name": "Size"}])
    job = upload(api, mapping=twice).json()["id"]
    run_chunk(job_id=job, now=clock.now())
    assert api.get(f"{V1}/imports/{job}").json()["rows"]["total"] == 4


def test_workbook_is_taken_and_macros_are_not(api: Client) -> None:
    book = workbook([["Client", "Size"], ["Alpha", "A"]])
    answer = upload(api, file=SimpleUploadedFile("a.xlsx", book))
    assert (answer.status_code, answer.json()["file"]["sheet"]) == (202, "Sheet")
    macros = SimpleUploadedFile("a.xlsm", with_part(book, "xl/vbaProject.bin", b"x"))
    assert refused(upload(api, file=macros)) == [("/file", "macros")]


def test_import_is_cancelled_and_its_rejected_lines_are_fetched(api: Client) -> None:
    job = upload(api).json()["id"]
    run_chunk(job_id=job, now=clock.now())
    lines = b"".join(api.get(f"{V1}/imports/{job}/rejected.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "rejected_line,rejected_because,Client,Size" and lines[1].endswith(",Beta,Z")
    assert api.post(f"{V1}/imports/{job}/cancel", {}, JSON).json()["status"] == "done"
    waiting = upload(api).json()["id"]
    assert api.post(f"{V1}/imports/{waiting}/cancel", {}, JSON).json()["status"] == "cancelled"


def test_draft_of_the_page_is_in_no_list(api: Client, people: People) -> None:
    ImportJob.objects.create(
        kind="accounts", file="f", filename="f", size_bytes=1, mapping={}, created_at=clock.now(), status="draft",
        created_by=people.owner,
    )  # fmt: skip
    assert api.get(f"{V1}/imports").json()["results"] == []
