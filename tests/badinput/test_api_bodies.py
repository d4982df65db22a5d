"""Every writable field of every endpoint of the API: bad input is a 400 and writes nothing; text is kept as sent."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kam.core.routes import Route, walk_routes
from tests.access.asking import Checksum, Recorder, writes
from tests.access.examples_api import API
from tests.access.world import OWN, World
from tests.badinput.values import ADMITTED, FORBIDDEN, bad_values, is_free_text
from tests.personas import api_client, make_token

pytestmark = pytest.mark.django_db
METHODS = ("POST", "PUT", "PATCH")
UPLOADS = {"import-list"}  # no JSON; tests/api/test_imports.py sends it what is wrong
WRITING = [
    (route, method)
    for route in walk_routes()
    if route.is_api and route.name not in UPLOADS
    for method in METHODS
    if method in route.policy
]
by_endpoint = pytest.mark.parametrize(
    ("route", "method"), WRITING, ids=[f"{method} {route.pattern}" for route, method in WRITING]
)
# White space around these is no part of them, and names are written with single spaces.
NORMALISED = {"name", "first_name", "last_name", "source", "external_id", "campaign"}
SHAPED = {"website"}  # text, but not any text
GIVEN_ONCE = {"account", "source", "external_id", "external_ref"}  # at creation; no PATCH takes them
# What they were told is answered under longer names, or only in the record of who read.
DECISIONS = {"check-in-reschedule", "check-in-skip", "contact-reveal", "export-list"}
MIB = 2**20


class Endpoint:
    """One method of one route, called with the matrix's example by whoever of the owner and the administrator may."""

    def __init__(self, world: World, route: Route, method: str) -> None:
        call, ids = API[route.name][method], Recorder(world.ids[OWN])
        kwargs = {name: kind[1:] if kind.startswith("=") else ids[kind] for name, kind in call.path.items()}
        self.path = reverse(route.name, kwargs=kwargs)
        self.method, self.body = method, call.body(ids) if call.body else {}
        self.headers = {"If-Match": call.if_match} if call.if_match else {}
        person = world.people.admin if call.but.get("owner") == 403 else world.people.owner
        self.client: Client = api_client(make_token(person))
        self.client.get("/api/v1/me")
        view: Any = route.view.cls(**route.view.initkwargs)  # type: ignore[attr-defined]
        self.fields = {k: f for k, f in view.serializer_class().fields.items() if not f.read_only}

    def send(self, raw: bytes | str, content_type: str = "application/json") -> Any:
        return self.client.generic(self.method, self.path, raw, content_type, headers=self.headers)

    def send_with(self, **values: Any) -> Any:
        body = {**self.body, **values}
        if "account_ref" in values:
            body.pop("account", None)
        return self.send(json.dumps(body))


def is_fault(answer: Any, status: int, written: int) -> str | None:
    """What is wrong with a refusal; None: nothing."""
    if answer.status_code != status or answer.headers["Content-Type"] != "application/problem+json":
        return f"{answer.status_code} instead of {status}"
    return "something was written" if writes() != written else None


@by_endpoint
def test_every_field_refuses_every_class_of_bad_value(world: World, route: Route, method: str) -> None:
    endpoint, faults, sent = Endpoint(world, route, method), [], 0
    checksum, written = Checksum(), writes()
    for name, field in endpoint.fields.items():
        for value in [*bad_values(field), *([] if field.allow_null or not is_free_text(field) else [None])]:
            sent += 1
            with transaction.atomic():
                fault = is_fault(endpoint.send_with(**{name: value}), 400, written)
                transaction.set_rollback(True)
            faults += [f"{name}={value!r:.60}: {fault}"] if fault else []
    assert not faults, "\n".join(faults)
    assert (sent > 4 or not endpoint.fields, checksum.changed()) == (True, [])


@by_endpoint
def test_every_field_refuses_forbidden_characters_and_unstorable_numbers(
    world: World, route: Route, method: str
) -> None:
    endpoint, faults, written = Endpoint(world, route, method), [], writes()
    for name in endpoint.fields:
        for value in [*FORBIDDEN, [FORBIDDEN[0]], {FORBIDDEN[4]: 1}, 2**63, 10**400]:
            fault = is_fault(endpoint.send_with(**{name: value}), 400, written)
            faults += [f"{name}={value!r:.60}: {fault}"] if fault else []
    assert not faults, "\n".join(faults)


@by_endpoint
def test_every_endpoint_refuses_bombs(world: World, route: Route, method: str) -> None:
    endpoint, written = Endpoint(world, route, method), writes()
    deep = '{"a":' * 33 + "1" + "}" * 33
    wide = json.dumps({f"k{number}": 1 for number in range(201)})
    for raw, status in (
        (deep, 400), (wide, 400), ('{"a": 1, "a": 2}', 400), ('{"a": NaN}', 400), ('{"a": 1e999}', 400),
        ('{"a": "\\ud800"}', 400), (b'{"a": "\xff"}', 400), ("[]", 400), ("null", 400), ("{", 400),
        ('"' + "x" * (5 * MIB if endpoint.path.endswith("/bulk") else MIB) + '"', 413),
    ):  # fmt: skip
        assert is_fault(endpoint.send(raw), status, written) is None, raw[:60]
    assert is_fault(endpoint.send("<a/>", "text/xml"), 415, written) is None
    assert is_fault(endpoint.send("name=x", "application/x-www-form-urlencoded"), 415, written) is None
    assert is_fault(endpoint.send_with(nonsense=1), 400, written) is None


@by_endpoint
def test_every_text_comes_back_as_it_was_sent(world: World, route: Route, method: str) -> None:
    endpoint, faults = Endpoint(world, route, method), []
    if route.name in DECISIONS or not any(is_free_text(field) for field in endpoint.fields.values()):
        return
    given_before = method == "PATCH" or "by-external" in route.name or route.name == "touchpoint-complete"
    without = SHAPED | (GIVEN_ONCE if given_before else set())
    texts = {name: field for name, field in endpoint.fields.items() if is_free_text(field) and name not in without}
    for text in ADMITTED:
        values = {name: text[: field.max_length] for name, field in texts.items()}
        with transaction.atomic():
            answer = endpoint.send_with(**values)
            assert answer.status_code in (200, 201), answer.content
            resource = endpoint.path.split("/")[3]
            read = endpoint.client.get(f"/api/v1/{resource}/{answer.json()['id']}")
            kept = read.json()
            transaction.set_rollback(True)
        for name, value in values.items():
            right = " ".join(value.split()) if name.endswith("name") else value.strip()
            right = right if name in NORMALISED else value
            faults += [f"{name}: {value!r} became {kept[name]!r}"] if kept[name] != right else []
    assert not faults, "\n".join(faults)
    assert texts


def test_every_writing_endpoint_is_walked() -> None:
    assert len(WRITING) >= 5
