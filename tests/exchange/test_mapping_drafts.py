"""A draft is its owner's alone, starts once, and goes with its file; mappings that are kept."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from kam.core import clock
from kam.core.errors import NotVisible
from kam.exchange import drafts
from kam.exchange.drafts import Settings, clean_drafts
from kam.exchange.enums import JobStatus
from kam.exchange.models import ImportJob, SavedMapping
from tests.exchange.mapping_pages import CHOSEN, draft, page, send
from tests.personas import People, client_for, principal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("who", "status"), [("teammate", 404), ("leader", 404), ("admin", 404), ("newcomer", 403)])
def test_a_draft_is_nobody_elses_business(people: People, who: str, status: int) -> None:
    job = draft(people)
    other = client_for(getattr(people, who))
    for name in ("import_map", "import_detail"):
        assert other.get(reverse(name, args=[job.pk])).status_code == status
    for name in ("import_map", "import_reading", "import_discard", "import_cancel"):
        assert other.post(reverse(name, args=[job.pk])).status_code == status
    if status == 404:
        assert str(job.pk) not in other.get(reverse("import_list")).content.decode()
    assert ImportJob.objects.get().status == JobStatus.DRAFT


def started_before(monkeypatch: pytest.MonkeyPatch, name: str, people: People, job: ImportJob) -> None:
    """Somebody else, or another tab, starts it right before `drafts.<name>` is called."""
    real = getattr(drafts, name)

    def later(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(drafts, name, real)
        settings = Settings({"account": "Kunde", "occurred_at": "Datum", "type": "Art", "channel": "Via"})
        drafts.start_import(by=principal(people.owner), job_id=job.pk, settings=settings)
        return real(*args, **kwargs)

    monkeypatch.setattr(drafts, name, later)


def test_what_was_started_meanwhile_is_not_read_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    job = draft(people)
    started_before(monkeypatch, "store", people, job)
    with pytest.raises(NotVisible):
        drafts.read_again(by=principal(people.owner), job_id=job.pk, written={"encoding": "cp1250"})
    job.refresh_from_db()
    assert (job.status, job.written.encoding) == (JobStatus.QUEUED, "cp1252")


def test_what_was_started_meanwhile_is_not_discarded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    job = draft(people)
    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.QUEUED)
    monkeypatch.setattr(drafts, "get_draft", lambda by, job_id: job)  # as it was when it was looked at
    with pytest.raises(NotVisible):
        drafts.discard_draft(by=principal(people.owner), job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, default_storage.exists(job.file.name)) == (JobStatus.QUEUED, True)


def test_a_file_read_otherwise_leaves_no_copy_behind(people: People, django_capture_on_commit_callbacks: Any) -> None:
    job = draft(people)
    former = job.file.name
    with django_capture_on_commit_callbacks(execute=True):
        drafts.read_again(by=principal(people.owner), job_id=job.pk, written={"encoding": "cp850"})
    job.refresh_from_db()
    kept = [default_storage.exists(name) for name in (former, job.file.name, job.original.name)]
    assert (job.written.encoding, kept) == ("cp850", [False, True, True])


def test_drafts_go_with_their_files_when_discarded_or_old(
    people: People, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = draft(people), draft(people)
    with django_capture_on_commit_callbacks(execute=True):
        client_for(people.owner).post(reverse("import_discard", args=[first.pk]))
    assert default_storage.exists(second.file.name)
    clean_drafts(clock.now(), clock.now())
    assert ImportJob.objects.get() == second
    with django_capture_on_commit_callbacks(execute=True):
        clean_drafts(clock.now(), clock.now() + timedelta(days=8))
    assert not ImportJob.objects.exists() and not default_storage.exists(second.file.name)


def chosen(answer: Any) -> dict[str, Any]:
    """What the choices of CHOSEN stand at on a page."""
    form = answer.context["form"]
    words = {
        f"value-{word.name}-{theirs}": ours for word in answer.context["preview"].words for theirs, ours in word.theirs
    }
    shown = {name: words.get(name) if name.startswith("value-") else form[name].value() for name in CHOSEN}
    return {name: "on" if value is True else value for name, value in shown.items()}


def test_what_was_chosen_stays_when_the_page_is_left(people: People) -> None:
    job = draft(people)
    assert chosen(page(people, job)) != CHOSEN
    assert send(people, job, **{"default-type": "check_in", "dry_run": "on"}).status_code == 200
    again = page(people, job)
    assert chosen(again) == CHOSEN | {"format-occurred_at": ""}  # written as it looks: left to be found
    assert (again.context["form"]["default-type"].value(), again.context["form"]["dry_run"].value()) == (
        "check_in",
        True,
    )
    assert ImportJob.objects.get().status == JobStatus.DRAFT
    assert page(people, job, use="guess").context["form"]["missing_accounts"].value() is False


def test_what_was_started_meanwhile_keeps_what_it_was_started_with(people: People) -> None:
    job = draft(people)
    send(people, job, action="start")
    started = ImportJob.objects.values().get()
    drafts.keep_choices(
        by=principal(people.owner), job_id=job.pk, settings=Settings({"account": "Kunde"}, dry_run=True)
    )
    assert (started["status"], ImportJob.objects.values().get()) == (JobStatus.QUEUED, started)


def test_nobody_elses_choices_are_kept(people: People) -> None:
    job = draft(people)
    drafts.keep_choices(by=principal(people.admin), job_id=job.pk, settings=Settings({"account": "Kunde"}))
    assert ImportJob.objects.get().mapping == {}


def test_half_a_choice_stays(people: People) -> None:
    job = draft(people)
    send(people, job, **{"column-account": ""})
    assert page(people, job).context["form"]["column-account"].value() in (None, "")


SKIPPING = """{"account": "Kunde", "occurred_at": {"column": "Datum", "format": "%d.%m.%Y %H:%M"}, "type": "Art",
    "channel": {"value": "email"}, "skip_if_empty": "Titel"}"""


@pytest.mark.parametrize("mapping", [SKIPPING, '{"nobody": {"column": "Kunde"}}'])
def test_json_by_hand_is_not_kept_over_what_was_chosen(people: People, mapping: str) -> None:
    job = draft(people)
    send(people, job)
    by_hand = send(people, job, by_hand="on", mapping=mapping)
    assert by_hand.status_code == 200 and bool(by_hand.context["preview"].problem) == (mapping != SKIPPING)
    assert chosen(page(people, job)) == CHOSEN | {"format-occurred_at": ""}


def test_what_choices_cannot_say_is_shown_as_json_the_next_time(people: People) -> None:
    send(people, draft(people), action="start", by_hand="on", mapping=SKIPPING)
    form = page(people, draft(people)).context["form"]
    assert (form["by_hand"].value(), json.loads(form["mapping"].value())) == (True, json.loads(SKIPPING))


def test_a_file_read_otherwise_is_guessed_anew(people: People) -> None:
    job = draft(people)
    send(people, job, **{"column-subject": ""})
    assert page(people, job).context["form"]["column-subject"].value() in (None, "")
    drafts.read_again(by=principal(people.owner), job_id=job.pk, written={"encoding": "cp850"})
    assert page(people, job).context["form"]["column-subject"].value() == "Titel"


def test_a_kept_mapping_is_offered_for_the_same_columns(people: People) -> None:
    send(
        people, draft(people), action="start", save_as="Weekly", is_shared="on", **{"column-subject": "", "zone": "UTC"}
    )
    saved = SavedMapping.objects.get()
    assert (saved.owner, saved.name, saved.is_shared, saved.options["missing_accounts"]) == (
        people.owner, "Weekly", True, "create",
    )  # fmt: skip
    shown = page(people, draft(people))
    assert shown.context["form"]["column-subject"].value() is None and shown.context["offers"].saved == [saved]
    assert page(people, draft(people), use="guess").context["form"]["column-subject"].value() == "Titel"
    other = draft(people, b"Other;Columns\n1;2\n")
    assert page(people, other).context["offers"].saved == []


def test_a_kept_mapping_is_forgotten_by_its_owner_and_administrators_only(people: People) -> None:
    send(people, draft(people), action="start", save_as="Weekly", is_shared="on")
    address = reverse("mapping_remove", args=[SavedMapping.objects.get().pk])
    assert client_for(people.teammate).post(address).status_code == 404
    assert client_for(people.admin).post(address).status_code == 302
    assert not SavedMapping.objects.exists()
