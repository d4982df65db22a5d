"""The page that asks what the columns mean, for its tests: a draft, the page, what is sent."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kam.exchange.models import ImportJob
from tests.personas import People, client_for

BODY = "Kunde;Datum;Art;Via;Titel\nAcme;05.11.2026 09:30;sales_call;Tel;Grüße\nBeta;30.10.2026;check_in;Tel;Über\n"
CHOSEN = {
    "column-account": "Kunde", "column-occurred_at": "Datum", "format-occurred_at": "%d.%m.%Y %H:%M",
    "zone": "Europe/Rome",
    "column-type": "Art", "column-channel": "Via", "value-channel-Tel": "phone", "column-subject": "Titel",
    "missing_accounts": "on",
}  # fmt: skip


def draft(
    people: People, body: bytes = BODY.encode("cp1252"), kind: str = "touchpoints", name: str = "a.csv"
) -> ImportJob:
    sent = {"kind": kind, "file": SimpleUploadedFile(name, body)}
    answer = client_for(people.owner).post(reverse("import_new"), sent)
    job = ImportJob.objects.latest("created_at")
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("import_map", args=[job.pk]))
    return job


def page(people: People, job: ImportJob, **query: str) -> Any:
    return client_for(people.owner).get(reverse("import_map", args=[job.pk]), query)


def send(people: People, job: ImportJob, **more: str) -> Any:
    return client_for(people.owner).post(reverse("import_map", args=[job.pk]), CHOSEN | more)


def post(people: People, job: ImportJob, chosen: dict[str, str]) -> Any:
    return client_for(people.owner).post(reverse("import_map", args=[job.pk]), chosen)
