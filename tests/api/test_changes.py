"""Keeping a copy: what changed since an instant, and what is gone."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account, Contact
from kam.api.models import Tombstone
from kam.api.tombstones import kinds
from kam.core import clock
from tests.api.rows import V1, WHY, customer, furnished, pages, refused, send
from tests.personas import People, api_client, make_token
from touchpoints.models import CheckIn, StaleFlag, Touchpoint
from touchpoints.services.reconcile import reconcile

pytestmark = pytest.mark.django_db
LISTS = ("accounts", "contacts", "touchpoints", "check-ins", "stale-flags")
TABLES = {
    "accounts": "accounts_account",
    "contacts": "accounts_contact",
    "touchpoints": "touchpoints_touchpoint",
    "check-ins": "touchpoints_checkin",
    "stale-flags": "touchpoints_staleflag",
}


def at(days_ago: float) -> str:
    return (clock.now() - timedelta(days=days_ago)).isoformat()


def age(table: str, row_id: UUID) -> None:
    """Have a row last changed 10 days ago, past the trigger that stamps it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait while triggers are switched
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET changed_at = now() - interval '10 days' WHERE id = %s", [row_id])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def gone(client: Client, **query: str) -> list[tuple[str, str]]:
    found = [row for page in pages(client, "/tombstones", **query) for row in page]
    return [(row["kind"], row["id"]) for row in found]


@pytest.mark.parametrize("name", LISTS)
def test_lists_say_what_changed_since(people: People, api: Client, name: str) -> None:
    furnished(people, 0), furnished(people, 1)
    everything = api.get(f"{V1}/{name}", {"ordering": "changed_at"}).json()["results"]
    assert len(everything) > 1
    age(TABLES[name], UUID(everything[0]["id"]))
    found = api.get(f"{V1}/{name}", {"ordering": "changed_at", "updated_since": at(1)}).json()["results"]
    assert [row["id"] for row in found] == [row["id"] for row in everything[1:]]


@pytest.mark.parametrize("name", [*LISTS, "tombstones"])
def test_lists_say_when_they_were_read(people: People, api: Client, name: str) -> None:
    before = clock.now()
    as_of = datetime.fromisoformat(api.get(f"{V1}/{name}").json()["as_of"])
    assert before <= as_of <= clock.now()
    assert refused(api.get(f"{V1}/{name}", {"updated_since": "2026"})) == [("/updated_since", "invalid")]


def test_edit_of_the_database_by_set_based_sql_is_a_change(people: People, api: Client) -> None:
    account, _, _ = furnished(people, 0)
    check_in = CheckIn.objects.all_for_system(**WHY).filter(account=account, purpose="operational").get()
    for name, model in (("check-ins", CheckIn), ("stale-flags", StaleFlag)):
        for row in model.objects.all_for_system(**WHY):
            age(TABLES[name], row.pk)
    reconcile([account.pk], now=clock.now())  # nothing differs
    changed = {"updated_since": at(1)}
    assert [api.get(f"{V1}/{name}", changed).json()["results"] for name in LISTS[3:]] == [[], []]
    CheckIn.objects.all_for_system(**WHY).filter(pk=check_in.pk).update(due_on="2026-01-05")
    reconcile([account.pk], now=clock.now())
    [row] = api.get(f"{V1}/check-ins", changed).json()["results"]
    assert row["id"] == str(check_in.pk)


def test_deleted_touchpoint_leaves_a_tombstone_and_so_does_what_followed_from_it(people: People, api: Client) -> None:
    account, _, touchpoint = furnished(people, 0)
    flag = StaleFlag.objects.all_for_system(**WHY).filter(account=account, purpose="operational").get()
    before = at(0)
    assert api.delete(f"{V1}/touchpoints/{touchpoint.pk}").status_code == 204
    found = gone(api, updated_since=before)
    assert {("touchpoint", str(touchpoint.pk)), ("stale_flag", str(flag.pk))} <= set(found)
    assert gone(api, kind="touchpoint") == [("touchpoint", str(touchpoint.pk))]
    assert gone(api, kind="touchpoint", updated_since=at(0)) == []
    [row] = api.get(f"{V1}/tombstones", {"kind": "touchpoint"}).json()["results"]
    assert (set(row), row["account"]) == ({"kind", "id", "account", "deleted_at"}, str(account.pk))


def test_restored_object_has_no_tombstone(people: People, api: Client) -> None:
    _, _, touchpoint = furnished(people, 0)
    api.delete(f"{V1}/touchpoints/{touchpoint.pk}")
    assert len(gone(api, kind="touchpoint")) == 1
    assert send(api, "POST", f"/touchpoints/{touchpoint.pk}/restore").status_code == 200
    assert gone(api, kind="touchpoint") == []


def test_tombstone_is_told_to_whoever_sees_the_account(people: People, api: Client) -> None:
    _, _, touchpoint = furnished(people, 0)
    api.delete(f"{V1}/touchpoints/{touchpoint.pk}")
    told = [(("touchpoint", str(touchpoint.pk)))]

    def hears(person: str) -> list[tuple[str, str]]:
        return gone(api_client(make_token(getattr(people, person))), kind="touchpoint")

    assert [hears(person) for person in ("owner", "leader", "admin", "integration")] == [told] * 4
    assert [hears(person) for person in ("outsider", "sibling_leader", "teammate")] == [[]] * 3


def test_deleted_account_is_told_to_whoever_it_belonged_to(people: People, api: Client) -> None:
    account = customer(people, "Gone", lifecycle="prospect", customer_since=None)
    Account.objects.all_for_system(**WHY).filter(pk=account.pk).delete()
    told = [("account", str(account.pk))]
    assert [gone(api_client(make_token(who)), kind="account") for who in (people.owner, people.leader)] == [told] * 2
    assert gone(api_client(make_token(people.outsider)), kind="account") == []


def test_token_hears_only_of_kinds_it_may_read(people: People) -> None:
    account, contact, touchpoint = furnished(people, 0)
    Touchpoint.objects.all_for_system(**WHY).filter(pk=touchpoint.pk).delete()
    Contact.objects.all_for_system(**WHY).filter(pk=contact.pk).delete()
    client = api_client(make_token(people.owner, scopes=["contacts:read"]))
    assert gone(client) == [("contact", str(contact.pk))]
    assert client.get(f"{V1}/tombstones", {"kind": "touchpoint"}).status_code == 403
    assert refused(client.get(f"{V1}/tombstones", {"kind": "fun"})) == [("/kind", "invalid_choice")]


def test_every_model_that_is_buried_has_a_scope(people: People) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_bury_%'")
        assert cursor.fetchone()[0] == len(kinds())
    assert Tombstone.objects.count() == 0
