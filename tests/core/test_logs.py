"""A log line says what happened and where, never what somebody typed, searched for or signed in with."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from kam.core.logs import RequestIdFilter
from kam.core.policy import Who, policy

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"
Lines = Callable[[], list[dict[str, object]]]


@policy(GET=Who.ANYONE, POST=Who.ANYONE)
def failing(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("password", "")
    raise ValueError(f"{len(typed)} characters")


urlpatterns = [path("failing/", failing), path("", include("kam.urls"))]
handler400, handler403 = "kam.core.views.bad_request", "kam.core.views.forbidden"
handler404, handler500 = "kam.core.views.not_found", "kam.core.views.server_error"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the real handler, filters and formatter write."""
    [ours] = [
        handler
        for handler in logging.root.handlers
        if isinstance(handler, logging.StreamHandler) and any(isinstance(f, RequestIdFilter) for f in handler.filters)
    ]
    written = io.StringIO()
    before = ours.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    ours.setStream(before)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [("/nowhere/", 404), ("/failing/", 500), ("/accounts/import/", 404), ("/api/v1/accounts", 401)],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_secret_is_logged(lines: Lines, address: str, status: int, method: str) -> None:
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {CANARY}", "Cookie": CANARY})
    client.cookies["kam_session"] = CANARY
    query = f"?q={CANARY}&token={CANARY}"
    answer = getattr(client, method)(address + query, {"password": CANARY, "notes": CANARY})
    assert answer.status_code == status
    assert CANARY not in json.dumps(lines())
    [line] = [line for line in lines() if line["logger"] == "django.request"]
    assert line["status_code"] == status and address in str(line["message"])
    assert line["request_id"] == answer.headers["X-Request-ID"] and "request" not in line
    assert ("exc_info" in line) == (status == 500)


def test_a_form_without_its_csrf_token_is_logged_without_its_values(lines: Lines) -> None:
    typed = {"login": f"{CANARY}@kam.example", "password": CANARY}
    assert Client(enforce_csrf_checks=True).post(f"/login/?next=/{CANARY}/", typed).status_code == 403
    found = lines()
    assert found and CANARY not in json.dumps(found)


def test_a_refused_body_is_logged_without_it(lines: Lines) -> None:
    answer = Client().post("/login/", {"login": f"\x00{CANARY}"})
    assert answer.status_code == 400
    assert lines() and CANARY not in json.dumps(lines())
