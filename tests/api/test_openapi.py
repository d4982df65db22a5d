"""The OpenAPI document and the browsable docs."""

import re

import pytest
from django.test import Client

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
    names = {"limit", "cursor", "with_count", "ordering", "name", "below"}
    listing = document["paths"]["/api/v1/things"]["get"]
    assert {parameter["name"] for parameter in listing["parameters"]} == names
    reference = listing["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert list(schema["properties"]) == ["results", "next", "previous", "count"]


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


def test_docs_obey_the_content_security_policy(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", html)
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(sources) == 5
    assert all(source.startswith("/") for source in sources)
    [script] = [source for source in sources if "script=" in source]
    answer = client.get(script.replace("&amp;", "&"))
    assert answer.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/openapi.json" in answer.content.decode()
