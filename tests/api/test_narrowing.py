"""`fields=`: only what was asked for."""

import pytest
from django.test import Client

from tests.api.rows import V1, furnished, refused
from tests.personas import People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["accounts", "contacts", "touchpoints", "check-ins", "stale-flags"])
def test_list_and_object_hold_only_the_fields_asked_for(people: People, api: Client, name: str) -> None:
    furnished(people, 0)
    row = api.get(f"{V1}/{name}").json()["results"][0]
    body = api.get(f"{V1}/{name}", {"fields": "id,changed_at"}).json()
    assert body["results"][0] == {"id": row["id"], "changed_at": row["changed_at"]}
    assert {"next", "previous", "as_of"} < set(body)
    assert api.get(f"{V1}/{name}/{row['id']}", {"fields": "id"}).json() == {"id": row["id"]}
    everything = ",".join(row)
    assert api.get(f"{V1}/{name}", {"fields": everything}).json()["results"][0] == row


@pytest.mark.parametrize("fields", ["fun", "", "id,", "id,external_ref", "id, name"])
def test_unknown_field_is_refused_also_of_an_empty_list(api: Client, fields: str) -> None:
    assert refused(api.get(f"{V1}/accounts", {"fields": fields})) == [("/fields", "invalid")]


def test_fields_are_of_lists_and_objects_alone(people: People, api: Client) -> None:
    account, _, _ = furnished(people, 0)
    refusal = refused(api.get(f"{V1}/accounts/{account.pk}/health", {"fields": "score"}))
    assert refusal == [("/fields", "unknown_parameter")]


@pytest.mark.parametrize(("name", "field"), [("imports", "errors"), ("touchpoints", "created")])
def test_field_that_a_list_does_not_have_is_refused(api: Client, name: str, field: str) -> None:
    assert refused(api.get(f"{V1}/{name}", {"fields": field})) == [("/fields", "invalid")]
