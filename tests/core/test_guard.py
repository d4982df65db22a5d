"""The guard in front of a whole site: the right status, and what passes arrives as it was sent."""

import json
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path, re_path

from kam.core.guard import BODY_LIMIT
from kam.core.logs import begin_request
from kam.core.text import find_forbidden
from tests.core.test_text import BLNS, OWN_STRINGS


def echo(request: HttpRequest, **kwargs: str) -> JsonResponse:
    """Gives back everything it was sent."""
    body = json.loads(request.body) if request.content_type == "application/json" and request.body else None
    files = {name: [file.name, file.size] for name, file in request.FILES.items()}
    return JsonResponse({"get": dict(request.GET), "post": dict(request.POST), "json": body, "files": files})


urlpatterns = [path("imports/", echo), re_path(r"^.*$", echo)]
client = Client(raise_request_exception=True)


@pytest.fixture(autouse=True)
def guarded_echo(settings):
    settings.MIDDLEWARE = ["kam.core.guard.BadInputMiddleware"]
    settings.ROOT_URLCONF = "tests.core.test_guard"


def strings() -> list[str]:
    naughty = json.loads(BLNS.read_text()) if BLNS.exists() else []
    return [text for text, _ in OWN_STRINGS] + naughty


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def multipart(name: bytes, value: bytes, filename: bytes = b"") -> tuple[bytes, str]:
    extra = b'; filename="' + filename + b'"' if filename else b""
    body = (
        b'--B\r\nContent-Disposition: form-data; name="' + name + b'"' + extra + b"\r\n\r\n" + value + b"\r\n--B--\r\n"
    )
    return body, "multipart/form-data; boundary=B"


def test_every_admitted_string_survives_and_every_other_is_refused_through_every_door():
    counted = {200: 0, 400: 0}
    for text in strings():
        status = 400 if find_forbidden(text) else 200
        answers = [
            client.get("/pages/?note=" + quote(utf8(text))),
            client.post("/api/v1/x", json.dumps({"note": text}), content_type="application/json"),
            client.post("/pages/", "note=" + quote(utf8(text)), content_type="application/x-www-form-urlencoded"),
        ]
        if not any(0xD800 <= ord(char) <= 0xDFFF for char in text):  # Django reads those as U+FFFD
            body, kind = multipart(b"note", utf8(text))
            answers.append(client.generic("POST", "/pages/", body, kind))
        assert [answer.status_code for answer in answers] == [status] * len(answers), repr(text)
        counted[status] += 1
        if status == 200:
            got = [next(filter(None, answer.json().values()))["note"] for answer in answers]
            assert got == [[text], text, [text], [text]]
    expected = {200: 8 + 508, 400: 7 + 7} if BLNS.exists() else {200: 8, 400: 7}
    assert counted == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=" + "x" * 200, 200),
        ("q=" + "x" * 201, 400),
        ("search=" + "é" * 200, 200),
        ("search=" + "x" * 201, 400),
        ("note=" + "x" * 2000, 200),
        ("q=%FF", 400),
        ("%00=1", 400),
        ("q=%ED%A0%80", 400),
        ("&".join(f"a{n}=1" for n in range(200)), 200),
        ("&".join(f"a{n}=1" for n in range(201)), 400),
    ],
)
def test_query_string(query, status):
    assert client.get("/?" + query).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Note": "plain"}, 200),
        ({"X-Note": "caf\u00e9"}, 200),
        ({"X-Note": "\u05d0\u200f".encode().decode("latin-1")}, 200),
        ({"X-Note": "\u202e".encode().decode("latin-1")}, 400),
        ({"X-Note": "a\x00b"}, 400),
        ({"Cookie": "a=\u2066".encode().decode("latin-1")}, 400),
    ],
)
def test_headers(headers, status):
    assert client.get("/", headers=headers).status_code == status


@pytest.mark.parametrize("address", ["/a%00b/", "/%E2%80%AE/"])
def test_path(address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    ("address", "size", "kind", "status"),
    [
        ("/api/v1/touchpoints", BODY_LIMIT, "application/json", 200),
        ("/api/v1/touchpoints", BODY_LIMIT + 1, "application/json", 413),
        ("/api/v1/touchpoints/bulk", 5 * BODY_LIMIT, "application/json", 200),
        ("/api/v1/touchpoints/bulk/", 5 * BODY_LIMIT + 1, "application/json", 413),
        ("/bulk", BODY_LIMIT + 1, "application/json", 413),
        ("/page/", BODY_LIMIT, "application/x-www-form-urlencoded", 200),
        ("/page/", BODY_LIMIT + 1, "application/x-www-form-urlencoded", 413),
        ("/page/", BODY_LIMIT + 1, "text/plain", 413),
        ("/page/", BODY_LIMIT + 1, "multipart/form-data; boundary=B", 413),
        ("/imports/", BODY_LIMIT + 1, "application/x-www-form-urlencoded", 413),
    ],
)
def test_body_size(address, size, kind, status):
    body = b'"' + b"x" * (size - 2) + b'"' if "json" in kind else b"a=" + b"x" * (size - 2)
    assert client.generic("POST", address, body, kind).status_code == status


@pytest.mark.parametrize("length", ["-1", "x", "1.5", "\u0663"])
def test_content_length_that_is_no_number(length):
    assert client.get("/", CONTENT_LENGTH=length).status_code == 400


def test_content_length_beyond_any_upload_is_refused_unread():
    kind = "multipart/form-data; boundary=B"
    answer = client.generic("POST", "/imports/", b"", kind, CONTENT_LENGTH=str(514 * BODY_LIMIT))
    assert answer.status_code == 413


def test_upload_passes_with_its_text_fields_checked():
    file = SimpleUploadedFile("deals\u202e.csv", b"x" * (2 * BODY_LIMIT))
    answer = client.post("/imports/", {"kind": "accounts", "file": file})
    assert answer.json()["files"] == {"file": ["deals.csv", 2 * BODY_LIMIT]}
    assert client.post("/imports/", {"kind": "a\u202e", "file": SimpleUploadedFile("a.csv", b"x")}).status_code == 400


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=%FF", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(201)), "application/x-www-form-urlencoded", 400),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-16", 400),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=\xc3\xa9", 400),
        (b"", "application/json", 200),
        (b"{}", "application/merge-patch+json", 200),
        (b"{", "application/merge-patch+json", 400),
    ],
)
def test_unreadable_bodies(body, kind, status):
    assert client.generic("POST", "/page/", body, kind).status_code == status


def test_api_hears_problem_json_with_the_pointer():
    begin_request("trace-1234")
    answer = client.post("/api/v1/x", b'{"a": ["\\u0000"]}', content_type="application/json")
    detail = "The character U+0000 is not allowed."
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
        "instance": "/api/v1/x",
        "code": "forbidden_character",
        "request_id": "trace-1234",
        "errors": [{"pointer": "/a/0", "code": "forbidden_character", "detail": detail}],
    }


def test_people_see_a_page_and_htmx_keeps_the_form():
    answer = client.post("/page/", {"note": "\x00"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    answer = client.post("/page/", {"note": "\x00"}, headers={"HX-Request": "true"})
    event = {
        "kam:refused": {"status": 400, "code": "forbidden_character", "detail": "The character U+0000 is not allowed."}
    }
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (400, "none")
    assert json.loads(answer.headers["HX-Trigger"]) == event
