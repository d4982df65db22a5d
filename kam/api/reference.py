"""The OpenAPI document in the shape a page shows it: groups of operations, and the objects they speak of."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Document = Mapping[str, Any]

# What an example says, by the name of the field: an example has all of these that its object has.
EXAMPLE = {
    "name": "Arcadia Bank",
    "account": "$ACCOUNT",
    "first_name": "Kenji",
    "last_name": "Mori",
    "type": "support_case",
    "channel": "phone",
    "occurred_at": "2026-11-20T09:30:00Z",
    "sentiment_end": 1,
    "source": "helpdesk",
    "external_id": "T-4711",
}
LIMITS = {"minimum": "at least", "maximum": "at most", "maxLength": "longest", "maxItems": "most", "default": "default"}
ENUM_LINE = re.compile(r"^\s*\* `.*$", re.MULTILINE)  # drf-spectacular repeats the values in words


@dataclass(frozen=True)
class Kind:
    """What a value is, in words; `shape` is the object it links to, if any."""

    words: str
    shape: str = ""


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    notes: str
    required: bool


@dataclass(frozen=True)
class Shape:
    """An object of requests or answers."""

    name: str
    text: str
    fields: list[Field]


@dataclass(frozen=True)
class Operation:
    """`answers`: status, its phrase, what comes; `errors`: the statuses that come with a Problem."""

    key: str
    method: str
    path: str
    text: str
    scope: str
    parameters: list[Field]
    body: Kind | None
    answers: list[tuple[str, str, Kind | None]]
    errors: list[tuple[str, str]]
    curl: str


@dataclass(frozen=True)
class Reference:
    groups: list[tuple[str, list[Operation]]]
    shapes: list[Shape]


def read(document: Document) -> Reference:
    """Everything the document says, grouped by tag in its own order."""
    shapes: Document = document["components"]["schemas"]
    groups: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found = _operation(path, method.upper(), operation, shapes)
            groups.setdefault(operation["tags"][0], []).append(found)
    objects = [name for name in shapes if "properties" in shapes[name] and not name.startswith("Paginated")]
    return Reference(list(groups.items()), [_shape(name, shapes) for name in sorted(objects)])


def kind_of(schema: Document, shapes: Document) -> Kind:
    """A schema in words: "list of uuid", "red, amber or green", "string or null"; objects by their name."""
    if reference := schema.get("$ref", ""):
        name = reference.rpartition("/")[2]
        if name.startswith("Paginated"):
            return Kind("page of ", kind_of(shapes[name]["properties"]["results"]["items"], shapes).shape)
        return Kind("", name) if "properties" in shapes[name] else kind_of(shapes[name], shapes)
    if several := schema.get("allOf") or schema.get("oneOf"):
        kinds = [kind_of(one, shapes) for one in several]
        return Kind(" or ".join(kind.words for kind in kinds if kind.words), kinds[0].shape)
    if "enum" in schema:
        return Kind(_either([str(value) or "empty" for value in schema["enum"]]))
    if schema.get("type") == "array":
        inner = kind_of(schema["items"], shapes)
        return Kind(f"list of {inner.words}", inner.shape)
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else types
    return Kind(_either([schema.get("format", name) if name != "null" else name for name in names]))


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _operation(path: str, method: str, operation: Document, shapes: Document) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    body = next((one["schema"] for one in content.values()), None)
    parameters = [
        _field(
            p["name"], {"description": "", **p["schema"], **p}, p["schema"], shapes, required=p.get("required", False)
        )
        for p in operation.get("parameters", [])
    ]
    answers = list(_answers(operation["responses"], shapes))
    scopes = [scope for one in operation["security"] for scope in one.get("bearer", [])]
    return Operation(
        key=operation["operationId"],
        method=method,
        path=path,
        text=operation.get("description", ""),
        scope=", ".join(scopes),
        parameters=parameters,
        body=kind_of(body, shapes) if body else None,
        answers=[answer for answer in answers if answer[0] < "400"],
        errors=[(status, phrase) for status, phrase, _ in answers if status >= "400"],
        curl=_curl(path, method, shapes[kind_of(body, shapes).shape]["properties"] if body else {}),
    )


def _answers(responses: Document, shapes: Document) -> Iterator[tuple[str, str, Kind | None]]:
    for status, response in sorted(responses.items()):
        schema = next((one["schema"] for one in response.get("content", {}).values()), None)
        yield status, HTTPStatus(int(status)).phrase, kind_of(schema, shapes) if schema else None


def _shape(name: str, shapes: Document) -> Shape:
    schema = shapes[name]
    required = schema.get("required", [])
    fields = [
        _field(key, value, value, shapes, required=key in required and not value.get("readOnly"))
        for key, value in schema["properties"].items()
    ]
    return Shape(name, schema.get("description", ""), fields)


def _field(name: str, described: Document, schema: Document, shapes: Document, *, required: bool) -> Field:
    limits = [f"{word} {json.dumps(schema[key])}" for key, word in LIMITS.items() if key in schema]
    only = ["read only"] if schema.get("readOnly") else []
    words = " ".join(ENUM_LINE.sub("", described.get("description") or "").split())
    return Field(name, kind_of(schema, shapes), " ".join([words, ", ".join(only + limits)]).strip(), required)


def _curl(path: str, method: str, properties: Document) -> str:
    """A call that can be pasted, once API, TOKEN and (where they are named) ids are set."""
    address = path.replace("/api/v1", "$API", 1).replace("{id}", "$ID")
    parts = [f'curl -s "{address}"', '-H "Authorization: Bearer $TOKEN"']
    if method not in ("GET", "POST"):
        parts.insert(1, f"-X {method}")
    if method == "PATCH":
        parts.append("""-H 'If-Match: "1"'""")
    if properties:
        body = {key: value for key, value in EXAMPLE.items() if key in properties}
        sent = dict(list(body.items())[:1]) if method == "PATCH" else body
        parts += [
            '-H "Content-Type: application/json"',
            f"-d '{json.dumps(sent)}'".replace('"$ACCOUNT"', "\"'$ACCOUNT'\""),
        ]
    return " \\\n  ".join(parts)
