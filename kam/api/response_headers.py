"""The headers of answers, for the OpenAPI document: declared once, and referred to where they come."""

from collections.abc import Iterator
from typing import Any

from kam.api.once import HEADER, REPLAYED

WHOLE = {"type": "integer", "minimum": 0}
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ETag": ("The version of the object, for `If-Match`.", {"type": "string"}),
    "Location": ("Where to ask what became of it.", {"type": "string", "format": "uri-reference"}),
    REPLAYED: (f"Where this {HEADER} came before: the first answer again.", {"type": "string", "enum": ["true"]}),
    "RateLimit-Limit": ("Calls in a minute; like the next two, of calls that are counted.", WHOLE),
    "RateLimit-Remaining": ("Calls left in this minute.", WHOLE),
    "RateLimit-Reset": ("Seconds until the next minute.", WHOLE),
    "Retry-After": ("Seconds until it is worth asking again.", WHOLE),
}
COUNTED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def declare_headers(document: dict[str, Any]) -> None:
    """Name the headers of every success, of 429 and of 503 in `document`."""
    components = document["components"]
    components["headers"] = {
        name: {"description": words, "schema": schema} for name, (words, schema) in sorted(HEADERS.items())
    }
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if names := [*_headers(status, response, operation, components["schemas"])]:
                    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _headers(status: str, response: dict[str, Any], operation: dict[str, Any], shapes: dict[str, Any]) -> Iterator[str]:
    if status in ("429", "503"):
        yield "Retry-After"
    if status == "429":
        yield from COUNTED
    if not status.startswith("2"):
        return
    reference = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    if "version" in shapes.get(reference.rpartition("/")[2], {}).get("properties", {}):
        yield "ETag"
    if status == "202":
        yield "Location"
    if HEADER in {parameter["name"] for parameter in operation.get("parameters", ())}:
        yield REPLAYED
    yield from COUNTED
