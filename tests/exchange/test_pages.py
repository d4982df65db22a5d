"""The pages of imports, for everyone who may come to the door."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kam.core import clock
from kam.exchange import files, selectors
from kam.exchange.enums import Level
from kam.exchange.models import ImportIssue, ImportJob
from kam.exchange.registry import kinds
from tests.exchange.runs import drain, mapping, upload
from tests.personas import People, client_for

pytestmark = pytest.mark.django_db

BODY = "Id,Date,CDs,Price\n1,1997-01-01,1,5\n2,never,1,5\n"


def post(client: Client, body: bytes, **fields: Any) -> Any:
    data = {"kind": "touchpoints", "file": SimpleUploadedFile("a.csv", body), "mapping": json.dumps(mapping("cdnow"))}
    return client.post(reverse("import_new"), data | fields)


def finished(people: People, **fields: Any) -> ImportJob:
    upload("touchpoints", BODY.encode(), mapping("cdnow"), by=people.owner, missing_accounts="on", **fields)
    return ImportJob.objects.latest("created_at")


def test_an_upload_waits_then_shows_counts_and_issues(people: People) -> None:
    client = client_for(people.owner)
    response = post(client, BODY.encode(), missing_accounts="on")
    page = client.get(response.headers["Location"])
    assert response.status_code == 303 and b'hx-trigger="every 1s"' in page.content
    drain()
    over = client.get(response.headers["Location"]).content.decode()
    assert "hx-trigger=" not in over.partition('id="import"')[2].partition(">")[0]
    assert "not_a_date" in over and "“never” does not read as" in over
    piece = client.get(response.headers["Location"], headers={"HX-Request": "true"}).content.decode()
    assert piece.lstrip().startswith('<div id="import"') and "not_a_date" in piece
    listed = client.get(reverse("import_list")).content.decode()
    assert "a.csv" in listed and all(f'data-label="{end}"' in listed for end in ("Created", "Unchanged", "Rejected"))


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("teammate", 404), ("outsider", 404), ("leader", 404), ("admin", 200), ("newcomer", 403)],
)
def test_an_import_is_seen_by_who_asked_for_it_and_administrators(people: People, who: str, status: int) -> None:
    job = finished(people)
    client = client_for(getattr(people, who))
    for name in ("import_detail", "import_issues"):
        assert client.get(reverse(name, args=[job.pk])).status_code == status
    if status != 403:
        assert (str(job.pk) in client.get(reverse("import_list")).content.decode()) is (status == 200)


def test_nobody_signed_in_is_sent_to_the_door(people: People) -> None:
    for url in (reverse("import_list"), reverse("import_new"), reverse("import_detail", args=[finished(people).pk])):
        assert client_for(None).get(url).status_code == 302
    assert post(client_for(None), BODY.encode()).status_code == 302
    assert post(client_for(people.integration), BODY.encode()).status_code == 403
    assert ImportJob.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"mapping": "{"}, 422, "is not valid JSON"),
        ({"mapping": "[]"}, 422, "must be a JSON object"),
        ({"mapping": '{"nope": "Id"}'}, 400, "has no field"),
        ({"mapping": '{"account": "Nope"}'}, 400, "Neither mapped nor given a default"),
        ({"kind": "planets"}, 422, "planets is not one of"),
        ({"defaults": '{"nope": "x"}'}, 400, "has no field"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, 400, "The file is empty"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")}, 400, "no Excel workbook"),
        ({"file": ""}, 422, "required"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(people: People, fields: dict[str, Any], status: int, says: str) -> None:
    response = post(client_for(people.owner), BODY.encode(), **fields)
    assert response.status_code == status
    assert says in response.content.decode()
    assert not ImportJob.objects.exists()


def test_a_file_too_large_is_refused_by_its_header_alone(people: People) -> None:
    response = client_for(people.owner).generic(
        "POST", reverse("import_new"), b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(600 * 2**20)
    )
    assert response.status_code == 413


def test_limits_of_size_and_rows_are_answered_by_status(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_for(people.owner)
    monkeypatch.setattr(files, "MAX_ROWS", 2)
    assert post(client, (BODY + "3,1997-01-01,1,5\n").encode()).status_code == 422
    assert post(client, (BODY + '3,1997-01-01,1,"5\n\n\n"\n').encode()).status_code == 422
    assert post(client, b'Id,Date,CDs,Price\n1,1997-01-01,1,"5\n\n\n\n"\n').status_code == 303  # one row, many lines
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert post(client, BODY.encode()).status_code == 413
    assert ImportJob.objects.count() == 1


def test_issues_come_as_csv_that_no_spreadsheet_runs(people: People) -> None:
    job = finished(people)
    ImportIssue.objects.create(job=job, line=9, column="=cmd()", level="error", code="x", message="@SUM(A1)")
    response = client_for(people.owner).get(reverse("import_issues", args=[job.pk]))
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "\ufeffline,column,level,code,message"
    assert lines[1].startswith("3,Date,error,not_a_date,") and lines[2] == "9,'=cmd(),error,x,'@SUM(A1)"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_every_kind_has_an_example_that_imports(people: People) -> None:
    client = client_for(people.owner)
    for kind in kinds():
        page = client.get(reverse("import_new"), {"kind": kind.key})
        assert page.context["form"].initial["kind"] == kind.key
        header = kind.example_header.encode() + b"\n"
        response = post(client, header, kind=kind.key, mapping=json.dumps(page.context["form"].initial["mapping"]))
        assert response.status_code == 303


def test_pages_ask_the_same_number_of_questions_for_1_and_3_rows(
    people: People, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    job = finished(people)
    client = client_for(people.owner)
    urls = [reverse("import_list"), reverse("import_detail", args=[job.pk])]
    counts = []
    for url in urls:
        with django_assert_max_num_queries(8) as few:
            client.get(url)
        counts.append(len(few))
    for number in range(2):
        ImportIssue.objects.create(job=job, line=number, column="", level="error", code="x", message="y")
        copy = ImportJob.objects.get(pk=job.pk)
        copy.pk, copy.created_at = None, clock.now()
        copy.pk = ImportJob._meta.pk.get_default()
        copy.save(force_insert=True)
    for url, count in zip(urls, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(url)


class Unread:
    """A body that must not be read."""

    def read(self, *size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("cookie", ["", "made-up"])
def test_a_large_file_of_a_stranger_is_refused_unread(people: People, settings: Any, cookie: str) -> None:
    client = client_for(None)
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    request = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(6 * 2**20)}
    answer = client.post(reverse("import_new"), **request, **{"wsgi.input": Unread()})  # type: ignore[arg-type]
    assert answer.status_code == 413
    with pytest.raises(AssertionError, match="the body was read"):
        client_for(people.owner).post(reverse("import_new"), **request, **{"wsgi.input": Unread()})  # type: ignore[arg-type]


def test_issues_are_read_a_page_at_a_time_and_in_order(
    people: People, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    job = finished(people)
    ImportIssue.objects.filter(job=job).delete()
    lines = [7, 3, 3, 9, 1, 3, 8]
    made = [
        ImportIssue(job=job, line=line, level=Level.ERROR if n % 2 else Level.WARNING, code=str(n), message="m")
        for n, line in enumerate(lines)
    ]
    ImportIssue.objects.bulk_create(made)
    monkeypatch.setattr(selectors, "PAGE", 2)
    with django_assert_num_queries(5):  # 3 errors and 4 warnings by two, and a look behind the last
        found = [(issue.line, issue.pk) for issue in selectors.each_issue(job)]
    assert found == sorted((issue.line, issue.pk) for issue in made)
