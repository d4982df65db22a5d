"""Tags: on one account by its form, on many by the list; who finds by them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.changes import account_changes
from accounts.models import Account, AccountTag, BulkChange, BulkLine, Tag
from accounts.services.tag_upkeep import delete_tag, rename_tag
from accounts.services.tags import change_tags, ensure_tags
from accounts.tags import tag_names
from kam.core import clock
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.outbox.dispatch import run
from kam.people.rules import NotAllowed
from tests.personas import Company, api_client, client_for, make_account, make_token, principal

NOW = clock.now()


def put(company: Company, account: Account, *names: str, by: str = "owner", off: tuple[str, ...] = ()) -> None:
    change_tags(by=principal(getattr(company.people, by)), account=account, added=names, removed=off, now=NOW)


def names(company: Company, account: Account) -> list[str]:
    return tag_names(principal(company.people.admin), account)


def test_case_and_accents_make_no_other_tag(company: Company) -> None:
    put(company, company.account, "Équipe  Nord")
    put(company, company.foreign_account, "equipe nord", by="outsider")
    assert [tag.name for tag in Tag.objects.all()] == ["Équipe Nord"]
    assert names(company, company.foreign_account) == ["Équipe Nord"]


def test_form_changes_only_what_it_was_about(company: Company) -> None:
    put(company, company.account, "Here", "Going")
    client = client_for(company.people.owner)
    put(company, company.account, "Meanwhile", by="teammate")
    sent = {
        "owner": str(company.people.owner.pk),
        "name": "Alpha Works",
        "lifecycle": "active",
        "currency": "EUR",
        "tags": ["Here", "New"],
        "tags_were": ["Here", "Going"],
    }
    answer = client.post(f"/accounts/{company.account.pk}/edit/", sent)
    assert answer.status_code == 303, answer.context["form"].errors
    assert names(company, company.account) == ["Here", "Meanwhile", "New"]
    page = client.get(f"/accounts/{company.account.pk}/").content.decode()
    assert all(name in page for name in ("Here", "Meanwhile", "New"))


@pytest.mark.parametrize("tags", [["x" * 41], ["\u0301"], [f"t{n}" for n in range(21)]])
def test_too_long_or_too_many_are_refused(company: Company, tags: list[str]) -> None:
    sent: dict[str, Any] = {"name": "Alpha Works", "lifecycle": "active", "currency": "EUR", "tags": tags}
    assert client_for(company.people.owner).post(f"/accounts/{company.account.pk}/edit/", sent).status_code == 422
    put(company, company.account, *(f"a{n}" for n in range(20)))
    with pytest.raises(DomainError, match="At most 20"):
        put(company, company.account, "one more")


def test_only_who_sees_an_account_tags_it(company: Company) -> None:
    with pytest.raises(NotVisible):
        put(company, company.foreign_account, "x")


def test_list_is_found_by_tag_and_offers_only_tags_of_visible_accounts(company: Company) -> None:
    put(company, company.account, "Ours")
    put(company, company.foreign_account, "Canary tag", by="outsider")
    make_account("Untagged", owner=company.people.owner, team=None)
    client, ours = client_for(company.people.owner), Tag.objects.get(name="Ours")
    page = client.get("/accounts/", {"tag": str(ours.pk), "columns": "tags"})
    assert [row.account["name"] for row in page.context["page"].rows] == ["Alpha Works"]
    assert "Ours" in page.content.decode()
    assert "Canary tag" not in page.content.decode()
    assert client.get("/accounts/", {"tag": str(Tag.objects.get(name="Canary tag").pk)}).status_code == 400


def test_administrator_renames_merges_and_deletes(company: Company) -> None:
    put(company, company.account, "One", "Two")
    put(company, company.foreign_account, "One", by="outsider")
    admin, one = principal(company.people.admin), Tag.objects.get(name="One")
    with pytest.raises(NotAllowed):
        rename_tag(by=principal(company.people.leader), tag=one, name="x", now=NOW)
    assert rename_tag(by=admin, tag=one, name="TWO", now=NOW).name == "Two"
    assert (names(company, company.account), names(company, company.foreign_account)) == (["Two"], ["Two"])
    delete_tag(by=admin, tag=Tag.objects.get(), now=NOW)
    assert AccountTag.objects.all_for_system(reason="tests").count() == 0


def test_settings_list_rename_merge_and_delete_tags(company: Company) -> None:
    put(company, company.account, "One", "Two")
    put(company, company.foreign_account, "One", by="outsider")
    admin, one = client_for(company.people.admin), Tag.objects.get(name="One")
    deed = BulkChange.objects.create(
        kind="tag", status="done", tag=one, created_at=NOW, created_by=company.people.owner
    )
    BulkLine(account=company.account, change=deed, changed=True).save(force_insert=True)
    shown = admin.get("/settings/tags/").context["page"].rows
    assert [(tag.name, tag.accounts) for tag in shown] == [("One", 2), ("Two", 1)]
    assert admin.post(f"/settings/tags/{one.pk}/", {"name": "x" * 41}).status_code == 422
    assert admin.post(f"/settings/tags/{one.pk}/", {"name": "two"}).status_code == 303
    two = Tag.objects.get()
    assert admin.get("/settings/tags/").context["page"].rows[0].accounts == 2
    assert admin.post(f"/settings/tags/{two.pk}/delete/").status_code == 303
    assert "No tags yet" in admin.get("/settings/tags/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_tags_takes_the_same_queries(company: Company, number: int) -> None:
    put(company, company.account, *(f"Tag {one}" for one in range(number)))
    admin = client_for(company.people.admin)
    admin.get("/settings/tags/")
    with CaptureQueriesContext(connection) as found:
        assert len(admin.get("/settings/tags/").context["page"].rows) == number
    assert len(found) <= 5


def test_tags_are_made_once(company: Company) -> None:
    by = principal(company.people.owner)
    first, second = (ensure_tags(by=by, names=["A", "a"], now=NOW) for _twice in range(2))
    assert [tag.pk for tag in first] == [tag.pk for tag in second]


def test_api_finds_by_the_name_of_a_tag(company: Company) -> None:
    put(company, company.account, "Fair 2026")
    put(company, company.foreign_account, "Fair 2026", by="outsider")
    client = api_client(make_token(company.people.owner))
    found = [client.get("/api/v1/accounts", {"tag": name}).json()["results"] for name in ("FAIR 2026", "other")]
    assert [[row["name"] for row in rows] for rows in found] == [["Alpha Works"], []]


def told(company: Company, account: Account) -> list[tuple[str, str, str]]:
    """What the history of an account says of its tags, the newest first."""
    entries = account_changes(principal(company.people.admin), account).entries
    return [(entry.who, entry.what, entry.became) for entry in entries]


def test_history_tells_of_tags_put_on_and_taken_off_at_once(company: Company) -> None:
    put(company, company.account, "Old", "Stays")
    put(company, company.account, "Strategic", "stays", off=("old",), by="teammate")
    put(company, company.account, "Strategic", off=("Never borne",))
    assert told(company, company.account) == [
        ("Tom Teammate", "Tags", "+ Strategic, − Old"),
        ("Olga Owner", "Tags", "+ Old, + Stays"),
    ]
    page = client_for(company.people.owner).get(f"/accounts/{company.account.pk}/history/").content.decode()
    assert "+ Strategic, − Old" in page and "First change" not in page


def test_history_tells_of_tags_that_an_administrator_joined_or_deleted(company: Company) -> None:
    put(company, company.account, "One", "Two")
    put(company, company.foreign_account, "One", by="outsider")
    admin = principal(company.people.admin)
    two = rename_tag(by=admin, tag=Tag.objects.get(name="One"), name="two", now=NOW)
    delete_tag(by=admin, tag=two, now=NOW)
    assert [line[2] for line in told(company, company.account)] == ["− Two", "− One", "+ One, + Two"]
    assert [line[2] for line in told(company, company.foreign_account)] == ["− Two", "+ Two, − One", "+ One"]


def test_tagging_touches_the_account_for_who_copies_it(company: Company) -> None:
    tomorrow, by = NOW + timedelta(days=1), principal(company.people.owner)
    change_tags(by=by, account=company.account, added=["One"], removed=[], now=tomorrow)
    after = Account.objects.visible_to(by).get(pk=company.account.pk)
    assert (after.changed_at, after.version) == (tomorrow, company.account.version)


def test_renaming_and_deleting_a_tag_touches_all_that_bear_it(company: Company) -> None:
    put(company, company.account, "One", "Two")
    put(company, company.foreign_account, "Two", by="outsider")
    admin, tag = principal(company.people.admin), Tag.objects.get(name="One")

    def touched() -> list[int]:
        rows = Account.objects.visible_to(admin).filter(pk__in=[company.account.pk, company.foreign_account.pk])
        return [(row.changed_at - NOW).days for row in rows.order_by("name")]

    rename_tag(by=admin, tag=tag, name="Uno", now=NOW + timedelta(days=1))
    assert touched() == [1, 0]
    two = rename_tag(by=admin, tag=tag, name="two", now=NOW + timedelta(days=2))
    assert touched() == [2, 0]
    delete_tag(by=admin, tag=two, now=NOW + timedelta(days=3))
    assert touched() == [3, 3]


@pytest.mark.django_db(transaction=True)
def test_a_tag_that_very_many_bear_is_told_to_copies_in_turn(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.tag_upkeep.TOUCHED_AT_ONCE", 1)
    put(company, company.account, "One")
    put(company, company.foreign_account, "One", by="outsider")
    asked = clock.now()
    rename_tag(by=principal(company.people.admin), tag=Tag.objects.get(), name="Uno", now=asked)
    rows = Account.objects.visible_to(principal(company.people.admin)).filter(changed_at__gte=asked)
    assert rows.count() == 1
    run("db")
    assert rows.count() == 2


def test_name_taken_at_that_moment_is_refused_as_a_rule(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    put(company, company.account, "One", "Two")
    admin, one = principal(company.people.admin), Tag.objects.get(name="One")
    seen = Tag.objects.filter(pk=one.pk)
    monkeypatch.setattr(Tag.objects, "select_for_update", lambda: seen)  # the other was made after it was looked for
    with pytest.raises(Conflict, match="made at this moment"), transaction.atomic():
        rename_tag(by=admin, tag=one, name="two", now=NOW)


@pytest.mark.parametrize("name", ["Berlin, DE", "a;b"])
def test_tag_holds_no_separator_of_files(company: Company, name: str) -> None:
    with pytest.raises(DomainError, match="neither comma nor semicolon"):
        put(company, company.account, name)


@pytest.fixture
def old(company: Company) -> Tag:
    """A tag of the time before commas were refused, on the account."""
    put(company, company.account, "Berlin")
    Tag.objects.update(name="Berlin, DE", name_sort="berlin, de")
    return Tag.objects.get()


@pytest.mark.usefixtures("old")
def test_api_keeps_an_old_tag_with_a_comma_and_takes_it_off(company: Company) -> None:
    client, path = api_client(make_token(company.people.owner)), f"/api/v1/accounts/{company.account.pk}"
    kept = client.patch(path, {"tags": ["Fair", "BERLIN, DE"]}, "application/json", headers={"If-Match": '"1"'})
    assert (kept.status_code, names(company, company.account)) == (200, ["Berlin, DE", "Fair"])
    off = client.patch(path, {"tags": ["Fair"]}, "application/json", headers={"If-Match": '"1"'})
    assert (off.status_code, names(company, company.account)) == (200, ["Fair"])
    anew = client.patch(path, {"tags": ["Berlin, DE"]}, "application/json", headers={"If-Match": '"1"'})
    said = "A tag holds neither comma nor semicolon. An administrator can rename an old one that does."
    assert (anew.status_code, anew.json()["detail"]) == (422, said)


def test_list_takes_an_old_tag_with_a_comma_off_and_says_what_puts_it_on(company: Company, old: Tag) -> None:
    client = client_for(company.people.owner)
    sent = {"account": str(company.account.pk), "tag_name": old.name}
    put_on = client.post("/accounts/tag/", sent | {"deed": "tag"})
    assert (put_on.status_code, "An administrator can rename" in put_on.content.decode()) == (422, True)
    assert client.post("/accounts/tag/", sent | {"deed": "untag"}).status_code == 303
    assert names(company, company.account) == []
    again = client.post("/accounts/tag/", sent | {"deed": "untag"})
    assert (again.status_code, "None of these accounts bears" in again.content.decode()) == (422, True)


@pytest.mark.usefixtures("old")
def test_form_takes_an_old_tag_with_a_comma_off(company: Company) -> None:
    put(company, company.account, off=("Berlin, DE",))
    assert names(company, company.account) == []
