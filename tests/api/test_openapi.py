"""The OpenAPI document and the browsable docs."""

import json
import re

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from kam.api.reference import Kind, kind_of, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.site")]


@pytest.fixture
def document(client: Client) -> dict:
    return client.get("/api/v1/openapi.json").json()


def test_document_needs_no_sign_in_and_is_3_1(document: dict) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["bearer"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "kam_…",
    }


def test_list_is_an_envelope_with_its_parameters(document: dict) -> None:
    names = {"limit", "cursor", "with_count", "ordering", "fields", "name", "below"}
    listing = document["paths"]["/api/v1/things"]["get"]
    assert {parameter["name"] for parameter in listing["parameters"]} == names
    reference = listing["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert list(schema["properties"]) == ["results", "next", "previous", "as_of", "count"]


def test_operation_says_its_scope_and_errors(document: dict) -> None:
    thing = document["paths"]["/api/v1/things/{id}"]
    assert thing["get"]["security"] == [{"bearer": ["things:read"]}, {"session": []}]
    assert document["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}, {"session": []}]
    assert set(thing["patch"]["responses"]) == {
        "200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503",
    }  # fmt: skip
    assert list(thing["get"]["responses"]["404"]["content"]) == ["application/problem+json"]
    assert "If-Match" in {parameter["name"] for parameter in thing["patch"]["parameters"]}
    [key] = [parameter for parameter in thing["get"]["parameters"] if parameter["in"] == "path"]
    assert key["schema"] == {"type": "string", "format": "uuid"}


def test_docs_need_no_script_of_their_own_and_obey_the_content_security_policy(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", html)
    assert all(source.startswith(("/", "#")) for source in re.findall(r'(?:src|href)="([^"]+)"', html))


def test_docs_show_every_operation_and_every_object(client: Client, document: dict) -> None:
    html = client.get("/api/v1/docs/").content.decode()
    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    shapes = document["components"]["schemas"]
    objects = [f"object-{name}" for name in shapes if "properties" in shapes[name] and "Paginated" not in name]
    anchors = re.findall(r'<h3 id="([^"]+)"', html)
    assert sorted(anchors) == sorted(operations + objects)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', html))
    assert "http://testserver/api/v1" in html


@pytest.mark.parametrize(
    ("schema", "words", "shape"),
    [
        ({"type": ["string", "null"], "format": "uuid"}, "uuid or null", ""),
        ({"type": "array", "items": {"type": "string"}}, "list of string", ""),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "list of ", "Thing"),
        ({"oneOf": [{"$ref": "#/components/schemas/Tier"}, {"enum": [""]}]}, "A or B or empty", ""),
        ({"allOf": [{"$ref": "#/components/schemas/Thing"}], "readOnly": True}, "", "Thing"),
        ({"$ref": "#/components/schemas/PaginatedThingList"}, "page of ", "Thing"),
        ({}, "any", ""),
    ],
)
def test_a_schema_is_said_in_words(schema: dict, words: str, shape: str) -> None:
    results = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    shapes = {
        "Thing": {"properties": {"id": {"type": "string"}}},
        "Tier": {"enum": ["A", "B"]},
        "PaginatedThingList": {"properties": {"results": results}},
    }
    assert kind_of(schema, shapes) == Kind(words, shape)


def test_examples_of_the_real_api_can_be_pasted() -> None:
    document = SchemaGenerator(urlconf="kam.urls").get_schema(public=True)
    calls = {one.key: one.curl for _, operations in read(document).groups for one in operations}
    assert calls["accounts_health_retrieve"] == (
        'curl -s "$API/accounts/$ID/health" \\\n  -H "Authorization: Bearer $TOKEN"'
    )
    for key, named in (("accounts_create", "AccountRequest"), ("touchpoints_create", "TouchpointRequest")):
        sent = json.loads(re.search(r"-d '(.*)'$", calls[key].replace("'$ACCOUNT'", "$ACCOUNT")).group(1))
        shape = document["components"]["schemas"][named]
        assert set(shape["required"]) <= set(sent) <= set(shape["properties"])
    assert "If-Match" in calls["accounts_partial_update"]


def test_headers_are_declared_where_they_come() -> None:
    paths = SchemaGenerator(urlconf="kam.urls").get_schema(public=True)["paths"]

    def headers(path: str, method: str, status: str) -> set[str]:
        return set(paths[path][method]["responses"][status].get("headers", ()))

    counted = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
    assert headers("/api/v1/touchpoints", "post", "201") == counted | {"ETag", "Idempotency-Replayed"}
    assert headers("/api/v1/touchpoints", "get", "200") == counted
    assert headers("/api/v1/touchpoints", "get", "429") == counted | {"Retry-After"}
    assert headers("/api/v1/check-ins/{id}", "get", "200") == counted
    assert headers("/api/v1/accounts/by-external/{source}/{external_id}", "get", "200") == counted | {"ETag"}
    assert headers("/api/v1/imports", "post", "202") == counted | {"Location", "Idempotency-Replayed"}


def test_bodies_and_versions_are_asked_for_only_where_they_are_needed() -> None:
    document = SchemaGenerator(urlconf="kam.urls").get_schema(public=True)

    def operation(path: str, method: str) -> dict:
        return document["paths"][f"/api/v1/{path}"][method]

    def takes_version(path: str, method: str) -> bool | None:
        found = [one for one in operation(path, method)["parameters"] if one["name"] == "If-Match"]
        return found[0].get("required", False) if found else None

    for path, method in (
        ("touchpoints/{id}/complete", "post"),
        ("accounts/by-external/{source}/{external_id}", "put"),
        ("contacts/by-external/{source}/{external_id}", "put"),
        ("touchpoints/by-external/{source}/{external_id}", "put"),
    ):
        shape = operation(path, method)["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert "required" not in document["components"]["schemas"][shape.rpartition("/")[2]]
    assert takes_version("touchpoints/{id}", "patch") is True
    for path, method in (("touchpoints/{id}", "delete"), ("touchpoints/{id}/restore", "post")):
        assert takes_version(path, method) is False
    assert takes_version("check-ins/{id}/skip", "post") is None


def test_document_is_made_once_and_stays_as_it_is(
    client: Client, document: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may ask for it, and making it takes seconds of a processor."""
    client.get("/api/v1/docs/")
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *args, **kwargs: pytest.fail("made again"))
    assert client.get("/api/v1/openapi.json").json() == document
