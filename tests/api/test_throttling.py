"""Calls per minute: counted by token, or by address without one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from kam.api.models import RateWindow
from kam.api.throttling import Rate, count_call, forget_windows
from kam.core import clock
from tests.personas import People, api_client, client_for, make_token

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
NOON = datetime(2026, 1, 5, 12, 0, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_RATE, settings.API_ANONYMOUS_RATE = 2, 1
    monkeypatch.setattr("kam.api.throttling.clock.now", lambda: NOON)


def token_client(people: People) -> Client:
    return api_client(make_token(people.owner, now=NOON))


def test_answers_say_how_many_calls_are_left(people: People) -> None:
    headers = token_client(people).get(ME).headers
    assert {name: headers[name] for name in headers if name.startswith("RateLimit")} == {
        "RateLimit-Limit": "2",
        "RateLimit-Remaining": "1",
        "RateLimit-Reset": "20",
    }


def test_call_over_the_limit_is_refused_until_the_minute_is_over(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = token_client(people)
    assert [api.get(ME).status_code for _ in range(3)] == [200, 200, 429]
    refusal = api.get(ME)
    assert (refusal.status_code, refusal.headers["Content-Type"]) == (429, "application/problem+json")
    assert (refusal.json()["code"], refusal.headers["Retry-After"]) == ("throttled", "20")
    assert (refusal.headers["RateLimit-Remaining"], refusal.headers["RateLimit-Reset"]) == ("0", "20")
    monkeypatch.setattr("kam.api.throttling.clock.now", lambda: NOON + timedelta(seconds=20))
    assert api.get(ME).status_code == 200


def test_each_token_and_each_session_has_its_own_minute(people: People) -> None:
    first, second, session = token_client(people), token_client(people), client_for(people.owner)
    assert [client.get(ME).status_code for client in (first, first, first, second, session)] == [
        200, 200, 429, 200, 200,
    ]  # fmt: skip


def test_calls_without_a_valid_token_are_counted_by_address(client: Client) -> None:
    def ask(address: str, token: str | None = None) -> int:
        return api_client(token).get(ME, REMOTE_ADDR=address).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1", "kam_guessed"), ask("192.0.2.2")] == [401, 429, 401]


def test_zero_means_no_limit(people: People, settings: LazySettings) -> None:
    settings.API_RATE = 0
    answer = token_client(people).get(ME)
    assert (answer.status_code, "RateLimit-Limit" in answer.headers) == (200, False)
    assert RateWindow.objects.count() == 0


def test_counting_takes_one_statement(people: People, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert count_call("x", limit=5, now=NOON) == Rate(5, 1, 20)
    assert count_call("x", limit=5, now=NOON).calls == 2


def test_past_minutes_are_forgotten() -> None:
    now = clock.now()
    count_call("old", limit=5, now=now - timedelta(minutes=4))
    count_call("new", limit=5, now=now)
    forget_windows(now, now)
    assert [row.subject for row in RateWindow.objects.all()] == ["new"]
