"""Every refusal is problem+json with the right status."""

import json

import pytest
from django.test import Client

from tests.personas import People, api_client, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.site")]
THINGS = "/api/v1/things"


def problem(response) -> dict:
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert {"type", "title", "detail", "instance", "code"} <= set(body)
    return body


@pytest.mark.parametrize(
    ("how", "status", "code", "detail"),
    [
        ("rule", 422, "too_late", "It is too late."),
        ("shape", 400, "bad_zone", "No such zone."),
        ("invisible", 404, "not_found", "There is nothing at this address, or you may not see it."),
        ("missing", 404, "not_found", "There is nothing at this address, or you may not see it."),
        ("conflict", 409, "taken", "Taken."),
        ("overtaken", 412, "stale_version", "Somebody was faster."),
        ("denied", 403, "permission_denied", "You may not do this."),
        ("django", 400, "invalid", "The input is not valid."),
        ("large", 413, "too_large", "The body is too large."),
        ("suspicious", 400, "bad_request", "The request could not be read."),
        ("throttled", 429, "throttled", "Request was throttled. Expected available in 3 seconds."),
    ],
)
def test_failure_becomes_a_problem(api: Client, how: str, status: int, code: str, detail: str) -> None:
    response = api.get(f"{THINGS}/fail", {"how": how})
    body = problem(response)
    assert (body["status"], body["code"], body["detail"], body["instance"]) == (status, code, detail, f"{THINGS}/fail")
    assert response.headers.get("Retry-After") == ("3" if how == "throttled" else None)


def test_rule_names_the_field(api: Client) -> None:
    body = problem(api.get(f"{THINGS}/fail", {"how": "rule"}))
    assert body["errors"] == [{"pointer": "/due_on", "code": "too_late", "detail": "It is too late."}]


def test_invisible_and_missing_are_alike(people: People, api: Client) -> None:
    answers = []
    for key in (people.south.pk, "01890000-0000-7000-8000-000000000000"):
        body = problem(api.get(f"{THINGS}/{key}"))
        del body["instance"], body["request_id"]
        answers.append(body)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("path", ["things/not-a-uuid", "nothing-here", "things/", "teams/1", ""])
def test_unknown_addresses_are_problems_too(api: Client, path: str) -> None:
    assert problem(api.get(f"/api/v1/{path}"))["code"] == "not_found"
    assert problem(Client().get(f"/api/v1/{path}"))["code"] == "not_found"


def test_method_media_type_and_accept(api: Client) -> None:
    response = api.delete(THINGS)
    assert (problem(response)["code"], response.headers["Allow"]) == ("method_not_allowed", "GET, HEAD, POST")
    assert problem(api.options(THINGS))["status"] == 405
    assert problem(api.post(THINGS, "<x/>", content_type="text/xml"))["status"] == 415
    assert problem(api.post(THINGS, {"name": "x"}))["status"] == 415  # multipart
    assert problem(api.get(THINGS, headers={"Accept": "text/html"}))["status"] == 406


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"nope",
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": 1e999}',
        b'{"name": "\xff"}',
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
)
def test_body_that_is_no_strict_json_is_refused(api: Client, body: bytes) -> None:
    assert problem(api.generic("POST", THINGS, body, content_type="application/json"))["status"] == 400


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "[{}]"])
def test_body_that_is_no_object_is_refused(api: Client, body: str) -> None:
    assert problem(api.generic("POST", THINGS, body, content_type="application/json"))["status"] == 400


def test_faults_point_into_the_body(people: People, api: Client) -> None:
    body = {
        "friends": [str(people.north.pk), str(people.south.pk)],
        "parent": str(people.south.pk),
        "details": [{"color": "red"}, {"color": "far too long"}, {"colour": "red"}],
    }
    errors = problem(api.post(THINGS, json.dumps(body), content_type="application/json"))["errors"]
    assert sorted((error["pointer"], error["code"]) for error in errors) == [
        ("/details/1/color", "max_length"),
        ("/details/2/colour", "unknown_field"),
        ("/friends/1", "does_not_exist"),
        ("/name", "required"),
        ("/parent", "does_not_exist"),
    ]


def test_unknown_and_read_only_fields_are_refused(people: People, api: Client) -> None:
    body = {"id": str(people.north.pk), "name": "x", "nmae": "y", "a/b~c": 1}
    errors = problem(api.post(THINGS, json.dumps(body), content_type="application/json"))["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/id", "read_only"),
        ("/nmae", "unknown_field"),
        ("/a~1b~0c", "unknown_field"),
    ]


@pytest.mark.parametrize("key", ["", "x", 17, None, True, [], {}, "0" * 4000])
def test_id_of_the_wrong_shape_is_refused(people: People, api: Client, key) -> None:
    for body in ({"name": "x", "parent": key}, {"name": "x", "friends": [key]}):
        assert problem(api.post(THINGS, json.dumps(body), content_type="application/json"))["status"] == 400


def test_ids_are_resolved_with_one_query(people: People, django_assert_num_queries) -> None:
    client = api_client(make_token(people.owner))
    client.get(THINGS)
    keys = [str(people.north.pk), str(people.north_one.pk), str(people.north.pk)]
    # Token, memberships, teams; and the end of the history block, only because the test is a transaction.
    with django_assert_num_queries(5):
        response = client.post(THINGS, json.dumps({"name": "x", "friends": keys}), content_type="application/json")
    assert response.json()["friends"] == "[<Team: North>, <Team: North One>]"
