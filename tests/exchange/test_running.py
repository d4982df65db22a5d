"""A job is worked off in chunks: what dies leaves whole chunks, and the next goes on exactly there."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from kam.core import clock
from kam.exchange import running, services
from kam.exchange.models import ImportJob
from kam.exchange.running import run_chunk
from kam.exchange.selectors import report
from kam.exchange.services import Request, request_import
from kam.outbox import dispatch
from kam.outbox.models import OutboxMessage
from kam.people.principal import principal_for
from tests.exchange.runs import create, drain, mapping, run
from tests.personas import SYSTEM, People, client_for
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db

BODY = "Id,Date,CDs,Price\n" + "".join(f"{n},1997-01-0{n},1,5\n" for n in range(1, 8))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK_ROWS", 2)


def queued(people: People, **changes: Any) -> ImportJob:
    asked = {"kind": "touchpoints", "mapping": mapping("cdnow"), "filename": "a.csv", **create("accounts")} | changes
    asked.setdefault("file", SimpleUploadedFile("a.csv", BODY.encode()))
    return request_import(by=principal_for(people.owner), now=clock.now(), request=Request(**asked))


def test_a_chunk_that_dies_half_way_is_done_again_and_counted_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queued(people)
    run_chunk(job_id=job.pk, now=clock.now())
    real = running._note_issues

    def die(*args: Any) -> None:
        raise OperationalError("killed after the rows were written")

    monkeypatch.setattr(running, "_note_issues", die)
    with pytest.raises(OperationalError):
        run_chunk(job_id=job.pk, now=clock.now())
    job.refresh_from_db()
    assert (job.status, job.created) == ("running", 2)
    assert Touchpoint.objects.visible_to(SYSTEM).count() == 2
    monkeypatch.setattr(running, "_note_issues", real)
    drain()
    job.refresh_from_db()
    assert (job.status, job.created, job.total) == ("done", 7, 7)
    assert Touchpoint.objects.visible_to(SYSTEM).count() == 7


def test_progress_follows_the_bytes_read_and_ends_at_100(people: People) -> None:
    job = queued(people)
    seen = [job.progress]
    while not job.is_over:
        job = run_chunk(job_id=job.pk, now=clock.now())
        seen.append(job.progress)
    assert seen == sorted(set(seen)) and seen[0] == 0 and seen[-1] == 100
    assert job.started_at is not None and job.finished_at is not None


def test_what_failed_at_every_try_says_stopped_until_it_is_replayed(people: People) -> None:
    job, other = queued(people), queued(people, filename="b.csv")
    run_chunk(job_id=job.pk, now=clock.now())
    OutboxMessage.objects.filter(payload={"job": str(job.pk)}).update(dead_at=clock.now())
    client = client_for(people.owner)
    page, waiting = (client.get(reverse("import_detail", args=[one.pk])).content.decode() for one in (job, other))
    assert "Stopped" in page and "--replay-dead" in page and "Running" not in page
    assert "Stopped" not in waiting and "continues by itself within five minutes" in waiting
    listed = client.get(reverse("import_list")).content.decode()
    assert (listed.count("Stopped"), listed.count("Running"), listed.count("Waiting")) == (1, 0, 1)
    dispatch.replay_dead()
    drain()
    over = client.get(reverse("import_detail", args=[job.pk])).content.decode()
    job.refresh_from_db()
    assert (job.status, job.total) == ("done", 7) and "Stopped" not in over and "by itself" not in over


def test_an_import_given_up_in_the_shell_has_failed_and_runs_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = services.run_chunk, iter([services.run_chunk])

    def interrupted(**asked: Any) -> ImportJob:
        chunk = next(calls, None)
        if chunk is None:
            raise KeyboardInterrupt
        return chunk(**asked)

    monkeypatch.setattr(services, "run_chunk", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("touchpoints", BODY, mapping("cdnow"), by=people.owner, **create("accounts"))
    job = ImportJob.objects.get()
    assert (job.status, job.total, job.failure[:8]) == ("failed", 2, "Stopped ") and job.finished_at
    monkeypatch.setattr(services, "run_chunk", real)
    again = run("touchpoints", BODY, mapping("cdnow"), by=people.owner, **create("accounts"))
    assert (again["rows"]["created"], again["rows"]["unchanged"]) == (5, 2)


def test_a_job_that_is_over_is_left_alone(people: People) -> None:
    job = queued(people)
    drain()
    before = report(job)
    run_chunk(job_id=job.pk, now=clock.now())
    job.refresh_from_db()
    assert report(job)["rows"] != before["rows"] and job.total == 7


def test_a_file_that_is_gone_fails_the_job_and_says_so(people: People) -> None:
    job = queued(people)
    job.file.storage.delete(job.file.name)
    drain()
    job.refresh_from_db()
    assert (job.status, job.failure, job.total) == ("failed", "The file is gone.", 0)


def test_a_file_is_kept_once_under_its_digest(people: People) -> None:
    one, two = queued(people), queued(people)
    assert one.file.name == two.file.name
    assert one.file.name.startswith("imports/") and len(one.file.name) == len("imports/.csv") + 64


def test_a_header_alone_is_done_with_nothing_read(people: People) -> None:
    job = queued(people, file=SimpleUploadedFile("a.csv", b"Id,Date,CDs,Price\n"))
    drain()
    job.refresh_from_db()
    assert (job.status, job.total, job.progress) == ("done", 0, 100)
