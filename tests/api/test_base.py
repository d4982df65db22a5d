"""The base of every resource: parameters, pages, versions."""

import pytest
from django.test import Client

from tests.personas import People

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.site")]
THINGS = "/api/v1/things"
NAMES = ["Company", "North", "North One", "North Two", "South One"]  # South is invisible


def names(people: People, results: list) -> list[str]:
    by_id = {str(team.pk): team.name for team in vars(people).values() if hasattr(team, "parent_id")}
    return [by_id[row["id"]] for row in results]


def test_pages_follow_next_and_previous(people: People, api: Client) -> None:
    first = api.get(THINGS, {"limit": 2}).json()
    assert (set(first), first["previous"]) == ({"results", "next", "previous", "as_of"}, None)
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    found = [names(people, page["results"]) for page in (first, second, third)]
    assert (found, third["next"]) == ([NAMES[:2], NAMES[2:4], NAMES[4:]], None)
    assert api.get(third["previous"]).json()["results"] == second["results"]


def test_order_columns_are_not_answered_unless_asked_for(api: Client) -> None:
    assert {tuple(row) for row in api.get(THINGS).json()["results"]} == {("id",)}


def test_ordering_and_count(people: People, api: Client) -> None:
    body = api.get(THINGS, {"ordering": "-name", "with_count": "true", "limit": 1}).json()
    assert (names(people, body["results"]), body["count"]) == (NAMES[-1:], 5)
    assert "with_count=true" in body["next"]
    assert "count" not in api.get(THINGS, {"with_count": "false"}).json()


def test_filters_narrow_and_stay_in_the_next_address(people: People, api: Client) -> None:
    body = api.get(THINGS, {"below": str(people.north.pk), "limit": 1}).json()
    assert names(people, body["results"]) == ["North One"]
    assert names(people, api.get(body["next"]).json()["results"]) == ["North Two"]
    assert api.get(THINGS, {"name": "South"}).json()["results"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "x"),
        ("limit", ""),
        ("limit", "²"),
        ("limit", "9" * 5000),
        ("with_count", "yes"),
        ("ordering", "secret"),
        ("ordering", ""),
        ("cursor", "x"),
        ("cursor", "W10"),
        ("name", "x" * 21),
        ("below", "x"),
        ("serach", "x"),
        ("name__regex", "(a+)+"),
        ("format", "json"),
    ],
)
def test_bad_parameter_is_refused(api: Client, name: str, value: str) -> None:
    response = api.get(THINGS, {name: value})
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{name}"]


def test_cursor_of_another_order_is_refused(api: Client) -> None:
    address = api.get(THINGS, {"limit": 1}).json()["next"]
    assert api.get(f"{address}&ordering=-name").status_code == 400


def test_single_object_takes_no_list_parameter(people: People, api: Client) -> None:
    assert api.get(f"{THINGS}/{people.north.pk}", {"limit": 1}).status_code == 400


def test_etag_names_the_version(people: People, api: Client) -> None:
    response = api.get(f"{THINGS}/{people.north.pk}")
    assert (response.headers["ETag"], response.json()["name"]) == ('"7"', "North")


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 428, "if_match_missing"),
        ('W/"7"', 412, "stale_version"),
        ("*", 412, "stale_version"),
        ("7", 412, "stale_version"),
        ('"x"', 412, "stale_version"),
        ('"99999999999999999999"', 412, "stale_version"),
    ],
)
def test_change_needs_a_version_of_ours(
    people: People, api: Client, header: str | None, status: int, code: str
) -> None:
    headers = {} if header is None else {"If-Match": header}
    response = api.patch(f"{THINGS}/{people.north.pk}", "{}", content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_expected_version_reaches_the_service(people: People, api: Client) -> None:
    response = api.patch(
        f"{THINGS}/{people.north.pk}", "{}", content_type="application/json", headers={"If-Match": '"7"'}
    )
    assert response.json() == {"expected": 7}
