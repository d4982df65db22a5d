"""Cancelling an import, how fast it goes, and the file of what it rejected."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Account
from kam.core import clock
from kam.exchange import running
from kam.exchange.models import CancelWish, ImportJob
from kam.exchange.progress import pace_of
from kam.exchange.running import run_chunk
from kam.exchange.services import Request, cancel_import, request_import
from tests.exchange.runs import drain, run
from tests.exchange.test_sheets import workbook
from tests.personas import SYSTEM, People, client_for, principal

pytestmark = pytest.mark.django_db
HOW = {"name": "Name", "tier": "Tier"}
WRONG = (
    'Name,Tier\nFine,A\nWrong,Z\n"open,A\nToo,many,cells\nM\u00fcller,A\n=1+1,Q\n\'=kept,Q\n"a\nb",B\n'.encode()
    + b"M\xfcller,A\n"
)


def asked(people: People, rows: int = 3) -> ImportJob:
    import io

    body = "Name,Tier\n" + "".join(f"Account {number},A\n" for number in range(rows))
    request = Request(kind="accounts", file=io.BytesIO(body.encode()), filename="a.csv", mapping=HOW)
    return request_import(by=principal(people.owner), now=clock.now(), request=request)


def rejected(people: People, job: ImportJob) -> bytes:
    answer = client_for(people.owner).get(reverse("import_rejected", args=[job.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="test-rejected.csv"'
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_cancelled_before_its_first_chunk_nothing_is_imported(people: People) -> None:
    job = asked(people)
    answer = client_for(people.owner).post(reverse("import_cancel", args=[job.pk]))
    assert answer.headers["Location"] == reverse("import_detail", args=[job.pk])
    drain()
    job.refresh_from_db()
    assert (job.status, job.total, job.finished_at is not None) == ("cancelled", 0, True)
    assert "It was cancelled." in client_for(people.owner).get(answer.headers["Location"]).content.decode()
    assert not Account.objects.visible_to(SYSTEM).exists()


def test_a_wish_noted_while_a_chunk_runs_is_obeyed_at_the_next_and_rows_stay(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK_ROWS", 1)
    job = asked(people)
    run_chunk(job_id=job.pk, now=clock.now())
    CancelWish.objects.create(job=job, asked_at=clock.now())
    page = client_for(people.owner).get(reverse("import_detail", args=[job.pk])).content.decode()
    assert "It stops where its next chunk begins." in page
    over = run_chunk(job_id=job.pk, now=clock.now())
    assert (over.status, over.total, over.created) == ("cancelled", 1, 1)
    assert [account.name for account in Account.objects.visible_to(SYSTEM)] == ["Account 0"]


def test_what_is_over_stays_as_it_is(people: People) -> None:
    job = asked(people)
    drain()
    assert cancel_import(by=principal(people.owner), now=clock.now(), job_id=job.pk).status == "done"
    assert not CancelWish.objects.exists()


def test_rejected_lines_come_back_with_their_reasons(people: People) -> None:
    run("accounts", WRONG, HOW, by=people.owner)
    lines = rejected(people, ImportJob.objects.get()).decode("utf-8-sig").splitlines()
    assert lines[0] == "rejected_line,rejected_because,Name,Tier"
    assert [line.split(",")[0] for line in lines[1:]] == ["3", "4", "5", "7", "8", "11"]
    assert lines[1].endswith(",Wrong,Z") and "Tier: " in lines[1]
    assert lines[2] == '4,The quotation marks do not match.,"""open,A"'
    assert lines[3].endswith(",Too,many,cells")
    assert lines[4].endswith(",'=1+1,Q") and lines[5].endswith(",'=kept,Q")


def test_corrected_they_are_imported_as_they_are_and_rejected_again_once(people: People) -> None:
    run("accounts", WRONG, HOW, by=people.owner)
    first = rejected(people, ImportJob.objects.get())
    again = run("accounts", first.replace(b"Wrong,Z", b"Right,B").replace(b",Q", b",C"), HOW, by=people.owner)
    assert again["rows"] | {"created": 3, "unchanged": 1, "rejected": 2} == again["rows"]  # M\xfcller was meant
    assert set(Account.objects.visible_to(SYSTEM).values_list("name", flat=True)) >= {"Right", "=1+1", "=kept"}
    twice = rejected(people, ImportJob.objects.latest("created_at")).decode("utf-8-sig").splitlines()
    assert twice[0] == "rejected_line,rejected_because,Name,Tier" and twice[2].endswith(",Too,many,cells")


def test_rejected_rows_of_a_sheet_have_its_numbers(people: People) -> None:
    run("accounts", workbook([["Name", "Tier"], ["a\nb", "A"], [], ["Wrong", "Z"]]), HOW, by=people.owner)
    assert rejected(people, ImportJob.objects.get()).decode().splitlines()[1].startswith("4,")


def test_pace_and_patience(people: People) -> None:
    now = clock.now()
    job: Any = ImportJob(created_at=now, status="queued", size_bytes=100)
    assert pace_of(job, now=now) == pace_of(job, now=now + timedelta(seconds=9))
    job.status, job.started_at, job.read_bytes, job.total = "running", now, 25, 500
    pace = pace_of(job, now=now + timedelta(seconds=50))
    assert (pace.rows_per_second, pace.minutes_left, pace.ask_again_seconds) == (10, 3, 2)
    assert [pace_of(job, now=now + timedelta(seconds=s)).ask_again_seconds for s in (5, 100, 1000)] == [1, 5, 10]


def test_the_name_of_the_file_cannot_break_out_of_its_header(people: People) -> None:
    job = asked(people)
    ImportJob.objects.filter(pk=job.pk).update(filename='Zażółć"; x=".csv')
    answer = client_for(people.owner).get(reverse("import_rejected", args=[job.pk]))
    said = "attachment; filename*=utf-8''Za%C5%BC%C3%B3%C5%82%C4%87%22%3B%20x%3D%22-rejected.csv"
    assert answer.headers["Content-Disposition"] == said
