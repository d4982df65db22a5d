"""Idempotency-Key: the same POST twice does its work once and answers the same."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import Account, Contact, SensitiveRead
from kam.api import once
from kam.api.models import IdempotencyKey
from kam.core import clock
from tests.api.rows import WHY, customer, refused, send
from tests.personas import People, api_client, make_token
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
BODY = {"name": "Once only"}


def stored() -> int:
    return Account.objects.all_for_system(**WHY).filter(name="Once only").count()


def post(api: Client, key: str = "k-1", body: Any = BODY, path: str = "/accounts") -> Any:
    return send(api, "POST", path, body, Idempotency_Key=key)


@contextmanager
def in_flight(user_id: Any, key: str) -> Iterator[None]:
    """Another connection is at it."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{user_id} {key}"])
        yield


def test_the_same_request_again_gets_the_first_answer_byte_for_byte(api: Client) -> None:
    first, again = post(api), post(api)
    assert (first.status_code, again.status_code, stored()) == (201, 201, 1)
    assert first.content == again.content
    assert (first.headers["ETag"], again.headers["ETag"]) == ('"1"', '"1"')
    assert first.headers["Content-Type"] == again.headers["Content-Type"] == "application/json"
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")


def test_answer_is_the_one_without_a_key(api: Client) -> None:
    with_key, without = post(api).json(), send(api, "POST", "/accounts", BODY).json()
    differing = {"id", "created_at", "changed_at"}
    assert {k: v for k, v in with_key.items() if k not in differing} == {
        k: v for k, v in without.items() if k not in differing
    }


def test_other_body_or_address_under_the_key_is_refused(api: Client) -> None:
    post(api)
    other = [post(api, body={"name": "Another"}), post(api, path="/contacts"), post(api, path="/accounts?x=1")]
    assert [(answer.status_code, answer.json().get("code")) for answer in other] == [
        (422, "key_reused"),
        (422, "key_reused"),
        (400, "invalid"),
    ]


def test_key_belongs_to_its_user(people: People, api: Client) -> None:
    post(api)
    answer = post(api_client(make_token(people.leader)))
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers, stored()) == (201, False, 2)


def test_key_is_shared_by_the_tokens_of_a_user(people: People, api: Client) -> None:
    post(api)
    assert post(api_client(make_token(people.owner))).headers["Idempotency-Replayed"] == "true"


def test_request_in_flight_is_not_done_twice(people: People, api: Client) -> None:
    with in_flight(people.owner.pk, "k-1"):
        answer = post(api)
        assert (answer.status_code, answer.json()["code"], stored()) == (409, "in_flight", 0)
        assert post(api, key="k-2").status_code == 201
    assert (post(api).status_code, stored()) == (201, 2)


def test_refusal_is_not_kept_since_nothing_was_written(api: Client) -> None:
    assert refused(post(api, body={})) == [("/name", "required")]
    assert (post(api).status_code, stored()) == (201, 1)


def test_work_and_its_answer_are_stored_together_or_not_at_all(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kill between the two would do."""

    def dies(*args: Any) -> None:
        assert stored() == 1
        raise ConnectionAbortedError

    with monkeypatch.context() as patch, pytest.raises(ConnectionAbortedError):
        patch.setattr(once, "_store", dies)
        post(api)
    assert (stored(), IdempotencyKey.objects.count()) == (0, 0)
    assert (post(api).status_code, stored()) == (201, 1)


def test_key_is_forgotten_after_a_day(api: Client) -> None:
    post(api)
    IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=24, seconds=1))
    answer = post(api, body={"name": "Once only", "tier": "A"})
    assert (answer.status_code, stored(), IdempotencyKey.objects.count()) == (201, 2, 1)
    once.forget_keys(clock.now(), clock.now() + timedelta(hours=23))
    assert IdempotencyKey.objects.count() == 1
    once.forget_keys(clock.now(), clock.now() + timedelta(hours=25))
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_malformed_key_is_refused(api: Client, key: str) -> None:
    assert refused(post(api, key=key)) == [("/Idempotency-Key", "bad_key")]


def test_touchpoint_without_an_external_id_is_logged_once(people: People, api: Client) -> None:
    body = {"account": str(customer(people, "C").pk), "type": "check_in", "channel": "phone",
            "occurred_at": "2026-01-05T09:30:00Z"}  # fmt: skip
    answers = [post(api, body=body, path="/touchpoints") for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Touchpoint.objects.all_for_system(**WHY).count() == 1


def test_scope_is_checked_before_an_answer_is_repeated(people: People, api: Client) -> None:
    post(api)
    assert post(api_client(make_token(people.owner, scopes=["accounts:read"]))).status_code == 403


def test_form_is_known_by_its_fields_and_files_whatever_its_boundary() -> None:
    def form(text: bytes, kind: str = "accounts") -> bytes:
        file = SimpleUploadedFile("a.csv", text, "text/csv")
        return once._fingerprint(RequestFactory().post("/api/v1/imports", {"kind": kind, "file": file}))

    assert form(b"Name\nA\n") == form(b"Name\nA\n")
    assert len({form(b"Name\nA\n"), form(b"Name\nB\n"), form(b"Name\nA\n", "contacts")}) == 3


def test_what_is_sensitive_is_never_kept_with_a_key(people: People, api: Client) -> None:
    account = customer(people, "C")
    made = send(api, "POST", "/contacts", {"account": str(account.pk), "last_name": "Rossi"}).json()
    Contact.objects.all_for_system(**WHY).update(private_notes="Their son is ill")
    answers = [post(api, "k-9", {"reason": "The renewal"}, f"/contacts/{made['id']}/reveal") for _ in range(2)]
    assert [answer.json()["private_notes"] for answer in answers] == ["Their son is ill"] * 2
    assert (IdempotencyKey.objects.count(), SensitiveRead.objects.all_for_system(**WHY).count()) == (0, 2)
