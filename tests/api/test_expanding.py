"""`expand=`: the objects that ids name, beside them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.rows import V1, furnished, refused
from tests.personas import People, api_client, make_token

pytestmark = pytest.mark.django_db
NAMES = {
    "accounts": {"owner": "users", "team": "teams"},
    "contacts": {"account": "accounts"},
    "touchpoints": {"account": "accounts", "type": "touchpoint-types", "channel": "channels"},
    "check-ins": {"account": "accounts"},
    "stale-flags": {"account": "accounts"},
}


def by_name(api: Client, resource: str) -> dict[str, Any]:
    rows = api.get(f"{V1}/{resource}", {"limit": 200}).json()["results"]
    return {row[name]: row for row in rows for name in ("id", "key") if name in row}


@pytest.mark.parametrize("name", NAMES)
def test_ids_stay_and_carry_what_their_own_resource_answers(people: People, api: Client, name: str) -> None:
    furnished(people, 0)
    expand = ",".join(NAMES[name])
    row = api.get(f"{V1}/{name}").json()["results"][0]
    wanted = {field: by_name(api, resource)[row[field]] for field, resource in NAMES[name].items()}
    assert api.get(f"{V1}/{name}", {"expand": expand}).json()["results"] == [row | {"expanded": wanted}]
    one = api.get(f"{V1}/{name}/{row['id']}", {"expand": expand, "fields": "id"}).json()
    assert one == {"id": row["id"], "expanded": wanted}


def test_nothing_named_is_null(people: People, api: Client) -> None:
    furnished(people, 0)
    assert api.get(f"{V1}/accounts", {"expand": "segment"}).json()["results"][0]["expanded"] == {"segment": None}


def test_who_is_not_seen_is_null(people: People) -> None:
    """An integration of the north sees the account, but nobody of the south who owns it."""
    account, _, _ = furnished(people, 0)
    account.owner = people.outsider
    account.save(update_fields=["owner"])
    api = api_client(make_token(people.integration))
    row = api.get(f"{V1}/accounts/{account.pk}", {"expand": "owner"}).json()
    assert (row["owner"], row["expanded"]) == (str(people.outsider.pk), {"owner": None})


@pytest.mark.parametrize("expand", ["", "parent", "owner,", "owner, team", ",".join(["owner"] * 11)])
def test_other_names_are_refused(api: Client, expand: str) -> None:
    assert refused(api.get(f"{V1}/accounts", {"expand": expand})) == [("/expand", "invalid")]


def test_scope_of_the_expanded_is_needed(people: People) -> None:
    api = api_client(make_token(people.owner, scopes=["touchpoints:read"]))
    assert api.get(f"{V1}/touchpoints", {"expand": "type"}).status_code == 200
    assert api.get(f"{V1}/touchpoints", {"expand": "account"}).status_code == 403


def test_number_of_queries_does_not_follow_the_rows(people: People, api: Client) -> None:
    api.get(f"{V1}/me")  # notes that the token is in use
    counts = set()
    for number in range(3):
        furnished(people, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(f"{V1}/touchpoints", {"expand": "account,type,channel"}).status_code == 200
        counts.add(len(queries))
    assert counts == {12}  # one of them for the tags of the accounts
