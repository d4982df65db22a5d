"""Request ids, the access line, and 503 while the database is away or too slow."""

import logging
import os
import subprocess
import sys
import time

import psycopg2
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from kam.core.logs import current_request_id


def ask(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """One query; the answer is the request id that its logs would carry."""
    with connection.cursor() as cursor:
        cursor.execute(request.GET.get("sql", "SELECT 1"))
    return HttpResponse(current_request_id())


class AsksFirst:
    """A middleware that needs the database, as sessions do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        ask(request)
        return self.get_response(request)


urlpatterns = [path("ask/<slug:what>/", ask, name="ask"), path("api/v1/ask/", ask)]
handler500 = "kam.core.views.server_error"


@pytest.fixture(autouse=True)
def small_site(settings):
    settings.MIDDLEWARE = ["kam.core.middleware.RequestIdMiddleware", "kam.core.guard.BadInputMiddleware"]
    settings.ROOT_URLCONF = "tests.core.test_middleware"


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_sane_request_id_is_taken_over_and_any_other_replaced(client):
    sane = client.get("/ask/a/", headers={"X-Request-ID": "trace-1234.abc"})
    assert (sane.content, sane.headers["X-Request-ID"]) == (b"trace-1234.abc", "trace-1234.abc")
    for offered in ("short", "x" * 65, 'a"b\\c d e f', "", "ééééééééé"):
        made = client.get("/ask/a/", headers={"X-Request-ID": offered}).headers["X-Request-ID"]
        assert (len(made), made.isalnum()) == (32, True)


@pytest.mark.django_db
def test_access_line_names_the_route_and_nothing_typed(client, caplog):
    with caplog.at_level(logging.INFO, "kam.access"):
        client.get("/ask/secret/?q=secret")
    (line,) = [record for record in caplog.records if record.name == "kam.access"]
    facts = {name: getattr(line, name) for name in ("method", "route", "status", "user_id")}
    assert facts == {"method": "GET", "route": "ask/<slug:what>/", "status": 200, "user_id": None}
    assert line.ms >= 0
    assert "secret" not in str(vars(line))


@pytest.mark.parametrize("address", ["/ask/a/", "/api/v1/ask/"])
@pytest.mark.django_db(transaction=True)
def test_no_database_is_503_within_2_seconds(client, database_away, address):
    started = time.perf_counter()
    answer = client.post(address, {"note": "typed"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert time.perf_counter() - started < 2
    kind = {"/ask/a/": "text/html; charset=utf-8", "/api/v1/ask/": "application/problem+json"}[address]
    assert answer.headers["Content-Type"] == kind


@pytest.mark.django_db(transaction=True)
def test_no_database_under_a_middleware_is_503_too(client, settings, database_away):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.core.test_middleware.AsksFirst"]
    assert client.get("/ask/a/").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_htmx_keeps_the_typed_form_while_the_database_is_away(client, database_away):
    assert client.post("/ask/a/", headers={"HX-Request": "true"}).headers["HX-Reswap"] == "none"


@pytest.mark.django_db(transaction=True)
def test_statement_and_lock_timeouts_are_503_and_other_errors_500(client):
    other = psycopg2.connect(**connection.get_connection_params())
    with other.cursor() as cursor:
        cursor.execute("LOCK people_team")
        slow = "SET statement_timeout = 50; SELECT pg_sleep(1)"
        locked = "SET lock_timeout = 50; SELECT 1 FROM people_team"
        statuses = [client.get("/ask/a/", {"sql": sql}).status_code for sql in (slow, locked, "SELECT 1/0")]
    other.close()
    connection.close()
    assert statuses == [503, 503, 500]


def test_the_web_process_limits_statements_and_locks():
    code = (
        "import kam.wsgi; from django.db import connection as c; k = c.cursor();"
        "k.execute(\"SELECT current_setting('statement_timeout'), current_setting('lock_timeout')\");"
        "print(k.fetchone())"
    )
    env = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert run.stdout.strip() == "('5s', '2s')"
