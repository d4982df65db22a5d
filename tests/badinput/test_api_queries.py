"""Every query parameter of the API, as its own contract lists them: bad values are 400, and nothing is a 5xx."""

import re
from typing import Any

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from kam.core.routes import Route, walk_routes
from tests.access.asking import Recorder
from tests.access.examples_api import API
from tests.access.world import OWN, World
from tests.badinput.values import ADMITTED, FORBIDDEN
from tests.personas import api_client, make_token

pytestmark = pytest.mark.django_db
READING = [route for route in walk_routes() if route.is_api and "GET" in route.policy]
FREE_TEXT = {"search", "q", "type", "channel", "group", "episode", "campaign", "tag"}
VALUES = [
    "x", "-1", "0x10", "1e5", "NaN", "9" * 400, "9" * 5000, "٣", "[]", "{}", "null", "true\n", "%", "\\", "'",
    "x" * 201, "x" * 5000, "1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "0000-00-00",
    "1899-12-31T00:00:00Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+99:99", "W10", "bnVsbA", "W1siaWQiXSwwLFsiXHUwMDAwIl1d",
]  # fmt: skip


@pytest.fixture(scope="module")
def parameters() -> dict[str, list[str]]:
    """Path → names of its query parameters, from the OpenAPI document."""
    document: Any = SchemaGenerator().get_schema(public=True)
    return {
        path: [p["name"] for p in item["get"].get("parameters", []) if p["in"] == "query"]
        for path, item in document["paths"].items()
        if "get" in item
    }


@pytest.mark.parametrize("route", READING, ids=[route.pattern for route in READING])
def test_every_parameter_refuses_bad_values(world: World, parameters: dict[str, list[str]], route: Route) -> None:
    client, faults = api_client(make_token(world.people.owner)), []
    ids = Recorder(world.ids[OWN])
    path = reverse(route.name, kwargs={name: ids[kind] for name, kind in API[route.name]["GET"].path.items()})
    names = parameters[re.sub(r"<\w+:(\w+)>", r"{\1}", route.pattern)]
    for name in [*names, "name__regex", "created_at__year", "nonsense"]:
        for value in [*FORBIDDEN, *VALUES]:
            encoded = value.encode("utf-8", "surrogatepass")
            answer = client.get(f"{path}?{name}=" + "".join(f"%{byte:02x}" for byte in encoded))
            right = {200, 400} if name in FREE_TEXT and value not in FORBIDDEN and len(value) <= 200 else {400}
            if answer.status_code not in right:
                faults.append(f"{name}={value!r:.60}: {answer.status_code}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("kind", ["accounts", "contacts"])
def test_every_admitted_text_may_be_searched_for(world: World, kind: str) -> None:
    client = api_client(make_token(world.people.owner))
    for text in [*ADMITTED, "", "\ufdfa" * 200, "İ" * 200]:
        assert client.get(f"/api/v1/{kind}", {"search": text}).status_code == 200, text
        assert not text or client.get("/api/v1/search", {"q": text, "kinds": kind[:-1]}).status_code == 200, text
