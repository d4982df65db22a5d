"""/readyz and the banner say what is down, and only PostgreSQL makes the site unready."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client, RequestFactory
from django.urls import path

from kam.core.clock import now
from kam.outbox import registry, status
from kam.outbox.models import OutboxMessage, Watermark
from kam.outbox.views import readyz

urlpatterns = [path("readyz", readyz)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings):
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "tests.outbox.test_status"
    return Client()


def beat(seconds_ago: int) -> None:
    moment = now() - timedelta(seconds=seconds_ago)
    Watermark.objects.update_or_create(name="heartbeat", defaults={"done_until": moment})


def answer(client):
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_all_well(client):
    beat(5)
    parts = {"postgresql": "ok", "redis": "ok", "heartbeat": "ok", "outbox": "ok"}
    assert answer(client) == (200, {"status": "ok", "parts": parts})


def test_every_other_part_degrades_and_stays_ready(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    beat(61)
    OutboxMessage.objects.create(topic="t", payload={}, available_at=Now() - timedelta(minutes=6))
    parts = {"postgresql": "ok", "redis": "degraded", "heartbeat": "degraded", "outbox": "degraded"}
    assert answer(client) == (200, {"status": "degraded", "parts": parts})


@pytest.mark.parametrize(
    ("topic", "lane", "waited", "found"),
    [
        ("patient", "db", timedelta(hours=11), "ok"),
        ("patient", "db", timedelta(hours=13), "degraded"),
        ("patient", "mail", timedelta(minutes=6), "degraded"),  # patient in the other lane only
        ("t", "db", timedelta(minutes=4), "ok"),
        ("t", "db", timedelta(minutes=6), "degraded"),
    ],
)
def test_what_is_patient_may_wait_for_hours(client, topic, lane, waited, found):
    beat(5)
    registry.subscribe("patient", patient=True)(lambda message: None)
    OutboxMessage.objects.create(topic=topic, lane=lane, payload={}, available_at=Now() - waited)
    assert answer(client)[1]["parts"]["outbox"] == found


def test_a_worker_that_never_ran_is_degraded(client):
    assert answer(client)[1]["parts"]["heartbeat"] == "degraded"


def test_dead_letters_are_counted(client):
    """They wait for a person: nothing of ours tries them again."""
    beat(5)
    for _ in range(2):
        OutboxMessage.objects.create(topic="t", payload={}, dead_at=now())
    status_code, body = answer(client)
    assert (status_code, body["status"], body["parts"]["outbox"]) == (200, "degraded", "degraded: dead letters: 2")


def test_without_postgresql_it_is_503(client, monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(status.connection, "cursor", refuse)
    assert answer(client) == (503, {"status": "down", "parts": {"postgresql": "down"}})


def test_banner_after_60_seconds_of_silence(settings):
    request = RequestFactory().get("/")
    assert status.banner(request) is None
    beat(55)
    assert status.banner(request) is None
    beat(61)
    assert status.banner(request) == (
        "Background work is delayed. Everything you enter is kept; check-ins and flags follow later."
    )


def test_banner_asks_at_most_every_15_seconds(monkeypatch, django_assert_num_queries):
    request, start = RequestFactory().get("/"), now()
    remembered = status._Heard()
    monkeypatch.setattr(status, "KNOWN_FOR", timedelta(seconds=15))
    monkeypatch.setattr(status, "remembered", remembered)
    for seconds, queries in ((0, 1), (14, 0), (15, 1), (29, 0), (31, 1)):
        monkeypatch.setattr(status, "now", lambda seconds=seconds: start + timedelta(seconds=seconds))
        with django_assert_num_queries(queries):
            status.banner(request)
