"""Keyset pages over real rows with many ties and NULLs: complete, in order, both ways."""

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.test.utils import CaptureQueriesContext

from kam.core.errors import BadInput
from kam.core.pagination import keyset_page
from kam.people.models import ApiToken, User

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def tokens():
    """24 rows: 3 users × 8, expiry tied in pairs and missing for some, labels tied."""
    users = [User.objects.create(email=f"u{n}@example.org", name=f"U{n % 2}") for n in range(3)]
    rows = [
        ApiToken(
            user=users[n % 3],
            prefix=f"p{n:02}",
            digest="d",
            label="ab"[n % 2],
            expires_at=None if n % 4 == 0 else START + timedelta(microseconds=n // 2),
        )
        for n in range(24)
    ]
    return ApiToken.objects.bulk_create(rows)


def sorted_plainly(rows, order):
    """The same order by Python's stable sort, NULLs last in either direction."""
    for entry in reversed(order):
        name, descending = entry.removeprefix("-"), entry.startswith("-")

        def value(row, name=name):
            for part in name.split("__"):
                row = getattr(row, part)
            return getattr(row, "pk", row)

        known = sorted((r for r in rows if value(r) is not None), key=value, reverse=descending)
        rows = known + [r for r in rows if value(r) is None]
    return [row.pk for row in rows]


ORDERS = [
    ("id",),
    ("-id",),
    ("expires_at", "id"),
    ("-expires_at", "id"),
    ("-expires_at", "-label", "id"),
    ("label", "-expires_at", "-id"),
    ("user__name", "-prefix", "id"),
    ("user", "id"),
    ("-user", "expires_at", "id"),
]


@pytest.mark.parametrize(("order", "limit"), list(itertools.product(ORDERS, [1, 5, 24, 200])))
def test_pages_forward_and_back_are_the_sorted_rows(tokens, order, limit):
    expected = sorted_plainly(tokens, order)
    everything = ApiToken.objects.select_related("user")
    page, pages = None, []
    while page is None or page.next:
        page = keyset_page(everything, order=order, limit=limit, cursor=page and page.next)
        pages.append([row.pk for row in page.rows])
    assert list(itertools.chain(*pages)) == expected
    assert [len(rows) for rows in pages[:-1]] == [limit] * (len(pages) - 1)
    back = [pages[-1]]
    while page.previous:
        page = keyset_page(everything, order=order, limit=limit, cursor=page.previous)
        back.insert(0, [row.pk for row in page.rows])
    assert list(itertools.chain(*back)) == expected


def test_first_page_has_no_previous_and_last_no_next(tokens):
    page = keyset_page(ApiToken.objects.all(), order=["id"], limit=24)
    assert (len(page.rows), page.next, page.previous) == (24, None, None)


def test_empty_list_has_no_neighbours():
    page = keyset_page(ApiToken.objects.none(), order=["id"], limit=5)
    assert (page.rows, page.next, page.previous) == ([], None, None)


def test_values_and_annotations(tokens):
    rows = ApiToken.objects.annotate(kind=NullIf(F("label"), Value("b"))).values("id", "kind")
    first = keyset_page(rows, order=["-kind", "id"], limit=13)
    second = keyset_page(rows, order=["-kind", "id"], limit=13, cursor=first.next)
    assert [row["kind"] for row in first.rows] == ["a"] * 12 + [None]
    assert [row["kind"] for row in second.rows] == [None] * 11
    assert {row["id"] for row in first.rows + second.rows} == {token.pk for token in tokens}


def test_rows_written_between_pages_shift_nothing(tokens):
    first = keyset_page(ApiToken.objects.all(), order=["prefix", "id"], limit=5)
    ApiToken.objects.create(user=tokens[0].user, prefix="a", digest="d")
    second = keyset_page(ApiToken.objects.all(), order=["prefix", "id"], limit=5, cursor=first.next)
    assert [row.prefix for row in second.rows] == [f"p{n:02}" for n in range(5, 10)]


def test_a_page_is_one_query_that_starts_in_the_index(tokens):
    first = keyset_page(ApiToken.objects.all(), order=["-prefix", "id"], limit=5)
    with CaptureQueriesContext(connection) as queries:
        keyset_page(ApiToken.objects.all(), order=["-prefix", "id"], limit=5, cursor=first.next)
    assert len(queries) == 1
    assert "\"prefix\" <= 'p19'" in queries[0]["sql"]


@pytest.mark.parametrize("order", [("expires_at", "id"), ("-expires_at", "-id")])
def test_rows_without_a_value_are_read_apart_and_only_where_the_page_reaches_them(tokens, order):
    """The 18 with a value in the order of the plain index, then the 6 without: NULLS LAST would sort them all."""
    asked, cursor = [], None
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            page = keyset_page(ApiToken.objects.all(), order=order, limit=10, cursor=cursor)
        asked.append([("IS NOT NULL" in one["sql"], "IS NULL" in one["sql"]) for one in queries])
        assert not any("NULLS" in one["sql"] for one in queries)
        cursor = page.next
    known, unknown = (True, False), (False, True)
    assert asked == [[known], [known, unknown], [unknown]]


def forged(document) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


UUID_TEXT = "01890000-0000-7000-8000-000000000000"
NOW = "2026-01-01T00:00:00+00:00"
ORDER = ["expires_at", "prefix", "id"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        "A" * 5000,
        forged(1),
        forged([ORDER, 0]),
        forged([["id"], 0, [UUID_TEXT]]),
        forged([ORDER, 2, [NOW, "p", UUID_TEXT]]),
        forged([ORDER, 0, [NOW, "p"]]),
        forged([ORDER, 0, ["2026-01-01T00:00:00", "p", UUID_TEXT]]),
        forged([ORDER, 0, ["soon", "p", UUID_TEXT]]),
        forged([ORDER, 0, [10**400, "p", UUID_TEXT]]),
        forged([ORDER, 0, [NOW, None, UUID_TEXT]]),
        forged([ORDER, 0, [NOW, "a\x00", UUID_TEXT]]),
        forged([ORDER, 0, [NOW, ["p"], UUID_TEXT]]),
        forged([ORDER, 0, [NOW, {"a": 1}, UUID_TEXT]]),
        forged([ORDER, 0, [NOW, "p", "no uuid"]]),
        forged([ORDER, 0, [NOW, "p", None]]),
        base64.urlsafe_b64encode(b"[" * 2900).decode(),
    ],
)
def test_malformed_or_foreign_cursor_is_bad_input(cursor):
    with pytest.raises(BadInput) as refusal:
        keyset_page(ApiToken.objects.all(), order=ORDER, limit=5, cursor=cursor)
    assert (refusal.value.code, refusal.value.field) == ("bad_cursor", "cursor")


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_limit_out_of_range_is_bad_input(limit):
    with pytest.raises(BadInput) as refusal:
        keyset_page(ApiToken.objects.all(), order=["id"], limit=limit)
    assert refusal.value.code == "limit_out_of_range"


def test_an_order_that_is_not_total_is_our_mistake():
    with pytest.raises(ValueError, match="must end in"):
        keyset_page(ApiToken.objects.all(), order=["prefix"], limit=5)
