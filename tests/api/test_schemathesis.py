"""Generated calls of all of docs/openapi.yaml, by four roles: no 5xx, and every answer is one that it declares.

Most of the calls name rows that there are, and send what the access matrix does for what is needed: whoever sees
only refusals has proved nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kam.wsgi import application
from tests.access.calls import upload
from tests.access.examples_api import API
from tests.access.world import OWN, make_world
from tests.personas import make_people, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("generated")]
ROLES = ("owner", "leader", "admin", "integration")
VALID, INVALID = 4, 2  # generated cases per operation; each is sent by every role
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What names a row or a word of the catalogue: a random one is refused, and nothing behind that is walked.
KINDS = {
    "account": "account", "team": "team", "segment": "segment", "owner": "member", "assigned_to": "member",
    "to": "member", "contacts": "contact", "staff": "member", "ids": "account",
}  # fmt: skip
WORDS = {"type": "sales_call", "channel": "phone"}
FILE = b"Name\nBrand New\n"
OPAQUE = ("cursor", "before", "parent", "account_ref", "external_ref")

schema = schemathesis.openapi.from_path(Path(django_settings.BASE_DIR) / "docs" / "openapi.yaml")
schema.app = application
OPERATIONS = {one.ok().label: one.ok() for one in schema.get_all_operations()}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Ids by kind, and a token for each role; calls neither close the connection nor meet a limit."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    with django_db_blocker.unblock(), override_settings(API_RATE=0), transaction.atomic():
        people = make_people()
        ids = make_world(people).ids[OWN]
        yield ids, {role: make_token(getattr(people, role)) for role in ROLES}
        transaction.set_rollback(True)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_generated_calls_get_declared_answers(label: str, world: tuple[dict[str, str], dict[str, str]]) -> None:
    ids, tokens = world
    statuses = [_answered(case, tokens[role]) for case in calls(label, ids) for role in ROLES]
    assert any(200 <= status < 300 for status in statuses), f"nothing but refusals: {statuses}"


def calls(label: str, ids: dict[str, str]) -> Iterator[Case]:
    """The example of the access matrix; valid calls with known rows and without; invalid ones."""
    operation = OPERATIONS[label]
    example = _example(operation, ids)
    yield operation.Case(**example)
    for number, case in enumerate(generated(operation, GenerationMode.POSITIVE, VALID)):
        if number % 4 != 3:
            _make_real(case, example, ids)
        yield case
    if operation.query.items or operation.body.items:  # of a path, only the router decides
        for case in generated(operation, GenerationMode.NEGATIVE, INVALID):
            if not _is_bad(case, ParameterLocation.PATH):
                case.path_parameters = example["path_parameters"]
            yield case


def generated(operation: Any, mode: GenerationMode, count: int) -> list[Case]:
    """The same cases each time: the seed is derived from the code."""
    found: list[Case] = []

    @settings(max_examples=count, derandomize=True, deadline=None, phases=[Phase.generate], database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def _example(operation: Any, ids: dict[str, str]) -> dict[str, Any]:
    """Arguments, body and If-Match that the access matrix sends."""
    address = operation.path.replace("{id}", ids["account"]).replace("{user_id}", ids["member"])
    route = resolve(address.format(source="crm", external_id="new")).url_name
    call = API[str(route)][operation.method.upper()]
    body = call.body and call.body(ids)
    if route == "import-list" and body is not None:
        body = {**upload(ids), "file": FILE}
    sent = [one.media_type for one in operation.body]
    return {
        "path_parameters": {name: kind[1:] if kind[0] == "=" else ids[kind] for name, kind in call.path.items()},
        "headers": {"If-Match": call.if_match} if call.if_match else {},
        **({"body": body, "media_type": sent[0]} if sent else {}),
    }


def _make_real(case: Case, example: dict[str, Any], ids: dict[str, str]) -> None:
    """Rows that there are in place of random ids; the rest of the case stays random."""
    case.path_parameters = example["path_parameters"]
    case.headers = {**(case.headers or {}), **example["headers"]}
    case.query = _known(case.query or {}, ids)
    if isinstance(case.body, dict) and "body" in example:
        case.body = {**_known(case.body, ids), **example["body"]}


def _known(values: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    known = WORDS | {name: ids[kind] for name, kind in KINDS.items()}
    return {
        name: value if name not in known else [known[name]] if isinstance(value, list) else known[name]
        for name, value in values.items()
        if name not in OPAQUE
    }


def _is_bad(case: Case, part: ParameterLocation) -> bool:
    """Whether this part of the case was made to contradict the document."""
    component = case.meta.components.get(part) if case.meta else None
    return component is not None and component.mode.is_negative


def _answered(case: Case, token: str) -> int:
    """The status of an answer, after everything else about it is checked and undone."""
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        transaction.set_rollback(True)
    narrowed = "fields" in (case.query or {})  # then the required ones may be left out, as it says there
    chosen = [check for check in CHECKS if not (narrowed and check is response_schema_conformance)]
    case.validate_response(response, checks=chosen)
    if _is_bad(case, ParameterLocation.BODY) and case.media_type == "application/json":
        assert response.status_code >= 400 or _refuses_one(response), f"taken: {case.as_curl_command()}"
    return response.status_code


def _refuses_one(response: Any) -> bool:
    """Of many items each is answered by itself."""
    items = response.json().get("items")
    return isinstance(items, list) and any(one["status"] >= 400 for one in items)
