"""PUT by another system's id: create once, then update."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account, Contact, ExternalId
from tests.api.rows import V1, WHY, alike, customer, refused, send
from tests.personas import People, api_client, make_account, make_people, make_token
from touchpoints.models import Touchpoint

TOUCH = {"type": "check_in", "channel": "phone", "occurred_at": "2026-01-05T09:30:00Z"}


def put(api: Client, path: str, body: Any) -> Any:
    return send(api, "PUT", path, body)


@pytest.mark.django_db
def test_account_is_created_then_updated(api: Client) -> None:
    path = "/accounts/by-external/crm/A/17"  # slashes and all
    first = put(api, path, {"name": "Alpha", "tier": "A"})
    assert (first.status_code, first.json()["tier"], first.headers["ETag"]) == (201, "A", '"1"')
    second = put(api, path, {"name": "Alpha Works"})
    assert (second.status_code, second.headers["ETag"]) == (200, '"2"')
    assert (second.json()["id"], second.json()["name"], second.json()["tier"]) == (
        first.json()["id"], "Alpha Works", "A",
    )  # fmt: skip
    assert put(api, path, {"name": "Alpha Works"}).headers["ETag"] == '"2"'
    assert ExternalId.objects.all_for_system(**WHY).get().external_id == "A/17"


@pytest.mark.django_db
def test_contact_is_created_then_updated_and_stays_at_its_account(people: People, api: Client) -> None:
    account, other = customer(people, "C"), customer(people, "D")
    path, body = "/contacts/by-external/crm/1", {"account": str(account.pk), "last_name": "Rossi"}
    assert [put(api, path, body | {"job_title": title}).status_code for title in ("Head", "CEO")] == [201, 200]
    assert [contact.job_title for contact in Contact.objects.all_for_system(**WHY)] == ["CEO"]
    moved = put(api, path, body | {"account": str(other.pk)})
    assert (moved.status_code, moved.json()["code"]) == (409, "other_account")


@pytest.mark.django_db
def test_touchpoint_is_logged_then_corrected(people: People, api: Client) -> None:
    put(api, "/accounts/by-external/crm/A", {"name": "A"})
    put(api, "/accounts/by-external/crm/B", {"name": "B"})
    path, body = "/touchpoints/by-external/desk/1", TOUCH | {"account_ref": {"source": "crm", "external_id": "A"}}
    first, same, corrected = (put(api, path, body | {"subject": subject}) for subject in ("one", "one", "two"))
    assert [answer.status_code for answer in (first, same, corrected)] == [201, 200, 200]
    assert [answer.headers["ETag"] for answer in (first, same, corrected)] == ['"1"', '"1"', '"2"']
    assert [row.subject for row in Touchpoint.objects.all_for_system(**WHY)] == ["two"]
    moved = put(api, path, body | {"account_ref": {"source": "crm", "external_id": "B"}})
    assert (moved.status_code, moved.json()["code"]) == (409, "other_account")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("/accounts/by-external/crm/1", {}, ("/name", "required")),
        ("/accounts/by-external/crm/1", {"name": "x", "fun": 1}, ("/fun", "unknown_field")),
        ("/accounts/by-external/crm/1", {"name": "x", "external_ref": {"source": "a", "external_id": "b"}},
         ("/external_ref", "read_only")),
        (f"/accounts/by-external/{'x' * 51}/1", {"name": "x"}, ("/source", "max_length")),
        (f"/accounts/by-external/crm/{'x' * 201}", {"name": "x"}, ("/external_id", "max_length")),
        ("/touchpoints/by-external/crm/1", TOUCH, ("/account", "account_missing")),
        ("/touchpoints/by-external/crm/1", TOUCH | {"external_id": "2"}, ("/external_id", "differs")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(api: Client, path: str, body: Any, fault: tuple[str, str]) -> None:
    assert refused(put(api, path, body)) == [fault]


@pytest.mark.django_db
def test_id_in_use_where_one_does_not_see_it_is_refused(people: People, api: Client) -> None:
    assert put(api, "/accounts/by-external/crm/1", {"name": "Ours"}).status_code == 201
    theirs = put(api_client(make_token(people.outsider)), "/accounts/by-external/crm/1", {"name": "Theirs"})
    assert (theirs.status_code, theirs.json()["code"]) == (409, "external_id_taken")
    assert [account.name for account in Account.objects.all_for_system(**WHY)] == ["Ours"]


@pytest.mark.django_db(transaction=True)
def test_first_calls_at_once_make_one_row() -> None:
    token = make_token(make_people().owner)
    together, statuses = threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        try:
            statuses.append(put(api_client(token), "/accounts/by-external/crm/1", {"name": "One"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(statuses), Account.objects.all_for_system(**WHY).count()) == ([200, 200, 200, 201], 1)


@pytest.mark.django_db
def test_empty_parent_sent_back_by_one_who_does_not_see_it_ends_nothing(people: People, api: Client) -> None:
    path = "/accounts/by-external/crm/1"
    put(api, path, {"name": "Daughter"})
    accounts = Account.objects.all_for_system(**WHY)
    parent = make_account("Hidden mother", owner=people.outsider, team=people.south_one)
    accounts.filter(name="Daughter").update(parent=parent)
    answer = put(api, path, {"name": "Daughter", "parent": None})
    assert (answer.status_code, answer.json()["parent"]) == (200, None)
    assert accounts.get(name="Daughter").parent_id == parent.pk


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["accounts", "contacts", "touchpoints"])
def test_object_is_read_by_the_id_of_the_other_system(people: People, api: Client, kind: str) -> None:
    account = str(customer(people, "C").pk)
    body = {
        "accounts": {"name": "Alpha"},
        "contacts": {"account": account, "last_name": "Rossi"},
        "touchpoints": TOUCH | {"account": account},
    }[kind]
    path = f"/{kind}/by-external/crm/A/17"
    assert api.get(V1 + path).status_code == 404
    made = put(api, path, body).json()
    found = api.get(V1 + path)
    assert (found.status_code, found.headers["ETag"]) == (200, f'"{made["version"]}"')
    assert found.json() == api.get(f"{V1}/{kind}/{made['id']}").json()
    assert api.get(V1 + path, {"fields": "id"}).json() == {"id": made["id"]}
    stranger = api_client(make_token(people.outsider)).get(V1 + path)
    assert (stranger.status_code, alike(stranger)) == (404, alike(api.get(f"{V1}/{kind}/by-external/crm/none")))
    assert refused(api.get(f"{V1}/{kind}/by-external/{'x' * 51}/1")) == [("/source", "max_length")]
