"""The pages of duplicates and merging, and what the API answers."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.duplicates.finding import find_pairs
from accounts.duplicates.pairs import account_pairs, dismiss
from accounts.merging.accounts import merge_accounts, undo_merge
from accounts.models import Account, AccountPair, Contact, Merge
from kam.core import clock
from kam.people.models import User
from tests.factories import SYSTEM, make_account, make_contact, make_touchpoint
from tests.personas import Company, api_client, client_for, make_token, principal

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(company: Company) -> tuple[Account, Account]:
    by = principal(company.people.owner)
    kept = make_account(by=by, name="Northwind Traders", tier="A")
    gone = make_account(by=by, name="Northwind Traders Ltd", website="northwind.example", tier="B")
    make_touchpoint(gone, by=by, contacts=[make_contact(gone, by=by, last_name="Moved")])
    find_pairs([kept.pk, gone.pk])
    return kept, gone


def test_pair_is_listed_compared_merged_and_undone(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    client = client_for(company.people.owner)
    listed = client.get("/accounts/duplicates/").content.decode()
    assert f"/accounts/{kept.pk}/merge/?with={gone.pk}" in listed
    assert "Same name" in listed
    compared = client.get(f"/accounts/{kept.pk}/merge/?with={gone.pk}").content.decode()
    assert "1 person, 1 touchpoint" in compared
    body = {"with": str(gone.pk), "versions": "1-1", "take-website": "absorbed", "take-tier": "survivor"}
    assert client.post(f"/accounts/{kept.pk}/merge/", body).status_code == 303
    merge = Merge.objects.visible_to(principal(company.people.owner)).get()
    page = client.get(f"/accounts/{kept.pk}/").content.decode()
    assert f"/merges/{merge.pk}/undo/" in page
    assert client.get(f"/accounts/{gone.pk}/").headers["Location"] == f"/accounts/{kept.pk}/"
    history = client.get(f"/accounts/{kept.pk}/history/").content.decode()
    assert "Northwind Traders Ltd" in history and f"/merges/{merge.pk}/undo/" in history
    assert client.post(f"/merges/{merge.pk}/undo/").status_code == 303
    assert client.get(f"/accounts/{gone.pk}/").status_code == 200
    left = Account.objects.visible_to(principal(company.people.owner)).get(pk=kept.pk)
    assert (left.website, left.tier) == ("", "A")
    client.post(f"/merges/{merge.pk}/undo/")
    assert "was undone already" in client.get(f"/accounts/{kept.pk}/").content.decode()


def test_ticked_pairs_are_dismissed_together_and_taken_back_together(company: Company) -> None:
    by, client = principal(company.people.owner), client_for(company.people.owner)
    accounts = [make_account(by=by, name=f"Northwind Traders {kind}") for kind in ("Ltd", "Inc", "GmbH")]
    find_pairs([account.pk for account in accounts])
    pairs = list(account_pairs(by))
    earlier = pairs.pop()
    dismiss(by=by, kind="account", pair_ids=[earlier.pk], now=clock.now())
    answer = client.post("/accounts/duplicates/account/dismiss/", {"pair": [str(pair.pk) for pair in pairs]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts/duplicates/?kind=account")
    page = client.get("/accounts/duplicates/").content.decode()
    assert "2 pairs are no duplicates" in page and account_pairs(by).count() == 0
    [undo] = re.findall(r'action="(/accounts/duplicates/account/dismiss/\?again=[^"]+)"', page)
    client.post(unescape(undo))
    assert set(account_pairs(by)) == set(pairs)
    assert "2 pairs are listed again" in client.get("/accounts/duplicates/").content.decode()


def test_button_of_a_row_dismisses_that_pair_whatever_is_ticked(company: Company) -> None:
    by, client = principal(company.people.owner), client_for(company.people.owner)
    accounts = [make_account(by=by, name=f"Northwind Traders {kind}") for kind in ("Ltd", "Inc", "GmbH")]
    find_pairs([account.pk for account in accounts])
    one, *others = account_pairs(by)
    sent = {"only": str(one.pk), "pair": [str(pair.pk) for pair in others]}
    assert client.post("/accounts/duplicates/account/dismiss/", sent).status_code == 303
    assert set(account_pairs(by)) == set(others)


def test_one_pair_out_of_sight_dismisses_none(company: Company, two: tuple[Account, Account]) -> None:
    by = principal(company.people.owner)
    foreign = [make_account(name=f"Far {kind}", owner=company.people.outsider) for kind in ("Ltd", "Inc")]
    find_pairs([account.pk for account in foreign])
    sent = {"pair": [str(pair.pk) for pair in AccountPair.objects.visible_to(SYSTEM)]}
    assert client_for(company.people.owner).post("/accounts/duplicates/account/dismiss/", sent).status_code == 404
    assert account_pairs(by).count() == 1


@pytest.mark.parametrize("sent", [{}, {"pair": "x"}, {"pair": [str(uuid4())] * 51}])
def test_nothing_or_nonsense_ticked_is_refused(company: Company, sent: dict[str, Any]) -> None:
    client = client_for(company.people.owner)
    assert client.post("/accounts/duplicates/account/dismiss/", sent).status_code == 400
    assert client.post("/accounts/duplicates/account/dismiss/?again=yesterday", sent).status_code == 400


def test_what_is_typed_is_compared_with_what_the_person_sees(company: Company) -> None:
    people = company.people
    for name, website, owner in [
        ("Northwind Traders Ltd", "", people.owner),
        ("Northwind Traders", "", people.outsider),
        ("Northwind Traders 7", "", people.owner),
        ("Southsea", "https://www.north.example/about", people.owner),
    ]:
        make_account(name=name, website=website, owner=owner)
    client = client_for(people.owner)

    def told(**typed: str) -> list[str]:
        page = client.get("/accounts/alike/", typed).content.decode()
        return re.findall(r">([^<]+)</a>", page)

    assert told(name="northwind tradrs") == ["Northwind Traders Ltd"]
    assert told(name="Northwind Traders GmbH", website="north.example") == ["Northwind Traders Ltd", "Southsea"]
    assert told(name="No") == told(name="Westbrook", website="") == told() == []
    assert client.get("/accounts/alike/", {"name": "n" * 201}).status_code == 400


def test_form_of_a_new_account_asks_while_it_is_filled_in(company: Company) -> None:
    client = client_for(company.people.owner)
    assert 'hx-get="/accounts/alike/"' in client.get("/accounts/new/").content.decode()
    assert "/accounts/alike/" not in client.get(f"/accounts/{company.account.pk}/edit/").content.decode()


def test_compared_rows_that_changed_meanwhile_are_shown_again(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    body = {"with": str(gone.pk), "versions": "1-7"}
    answer = client_for(company.people.owner).post(f"/accounts/{kept.pk}/merge/", body)
    assert answer.status_code == 422
    assert "look again" in answer.content.decode()


def test_who_does_not_decide_sees_the_comparison_without_the_button(company: Company) -> None:
    twin = make_account(name="Alpha Works Inc", owner=company.people.teammate, team=company.people.north_one)
    page = client_for(company.people.teammate).get(f"/accounts/{company.account.pk}/merge/?with={twin.pk}")
    assert "Merge into" not in page.content.decode()
    assert "Whoever decides about both" in page.content.decode()


def test_search_offers_other_visible_accounts(company: Company, two: tuple[Account, Account]) -> None:
    make_account(name="Northwind Foreign", owner=company.people.outsider, team=company.people.south_one)
    page = client_for(company.people.owner).get(f"/accounts/{two[0].pk}/merge/?search=northwind").content.decode()
    assert f"?with={two[1].pk}" in page
    assert "Northwind Foreign" not in page


def test_absorbed_address_tells_nothing_to_who_sees_neither(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    merge_accounts(by=principal(company.people.owner), survivor=kept, absorbed=gone, now=clock.now())
    assert client_for(company.people.outsider).get(f"/accounts/{gone.pk}/").status_code == 404
    assert api_client(make_token(company.people.owner)).get(f"/api/v1/accounts/{gone.pk}").status_code == 404


def test_history_says_merged_of_what_became_part_of_the_account(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    merge_accounts(by=principal(company.people.owner), survivor=kept, absorbed=gone, now=clock.now())
    page = client_for(company.people.owner).get(f"/accounts/{kept.pk}/history/")
    told = [(entry.what, entry.became) for entry in page.context["changes"].entries]
    assert told == [("Northwind Traders Ltd", "merged into this account")]
    assert ">removed<" not in page.content.decode()


def test_history_of_both_keeps_a_merge_that_was_undone(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    by, people = principal(company.people.owner), company.people
    merge = merge_accounts(by=by, survivor=kept, absorbed=gone, now=clock.now())
    undo_merge(by=by, merge=merge, now=clock.now())
    back = "on its own again: the merge was undone"

    def told(account: Account, user: User) -> list[tuple[str, str, str]]:
        entries = client_for(user).get(f"/accounts/{account.pk}/history/").context["changes"].entries
        return [(entry.who, entry.what, entry.became) for entry in entries]

    name = "Northwind Traders Ltd"
    assert told(kept, people.owner) == [
        ("Olga Owner", name, back), ("Olga Owner", name, "merged into this account")
    ]  # fmt: skip
    assert told(gone, people.owner) == [
        ("Olga Owner", "The account", back), ("Olga Owner", "The account", "merged into another account")
    ]  # fmt: skip
    Account.objects.all_for_system(reason="tests").filter(pk=gone.pk).update(owner=people.outsider, team=None)
    assert told(kept, people.owner) == []  # what they do not see any more is not named


def test_api_merges_lists_and_undoes(company: Company, two: tuple[Account, Account]) -> None:
    kept, gone = two
    api = api_client(make_token(company.people.owner))
    pairs = api.get("/api/v1/accounts/duplicates").json()["results"]
    assert [({pair["one"], pair["other"]}, pair["score"], pair["reasons"]) for pair in pairs] == [
        ({str(kept.pk), str(gone.pk)}, 70, ["same_name"])
    ]
    body = {"absorb": str(gone.pk), "take": ["website"]}
    done = api.post(f"/api/v1/accounts/{kept.pk}/merge", body, content_type="application/json")
    assert done.status_code == 201
    assert {name: done.json()[name] for name in ("kind", "survivor", "absorbed", "absorbed_name", "undone_at")} == {
        "kind": "account", "survivor": str(kept.pk), "absorbed": str(gone.pk),
        "absorbed_name": "Northwind Traders Ltd", "undone_at": None,
    }  # fmt: skip
    assert api.get("/api/v1/accounts/duplicates").json()["results"] == []
    tombs = api.get("/api/v1/tombstones").json()["results"]
    assert str(gone.pk) in {tomb["id"] for tomb in tombs}
    undone = api.post(f"/api/v1/merges/{done.json()['id']}/undo", {}, content_type="application/json")
    assert undone.status_code == 200 and undone.json()["undone_at"] is not None
    assert len(api.get("/api/v1/accounts/duplicates").json()["results"]) == 1
    again = api.post(f"/api/v1/merges/{done.json()['id']}/undo", {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "merge_undone")


def test_merged_contact_is_found_by_the_id_it_had(company: Company) -> None:
    api, account = api_client(make_token(company.people.owner)), company.account
    kept = make_contact(account, last_name="Roe", source="crm", external_id="1", email="roe@x.example")
    gone = make_contact(account, last_name="Row", source="crm", external_id="2", phone="+49 30 1234567")
    touchpoint = make_touchpoint(account, contacts=[gone])
    body = {"absorb": str(gone.pk), "take": ["phone"]}
    done = api.post(f"/api/v1/contacts/{kept.pk}/merge", body, content_type="application/json")
    assert done.status_code == 201
    found = api.put("/api/v1/contacts/by-external/crm/2", {"job_title": "COO"}, content_type="application/json")
    assert (found.status_code, found.json()["id"], found.json()["phone"]) == (200, str(kept.pk), "+49 30 1234567")
    assert list(touchpoint.contact_links.values_list("contact_id", flat=True)) == [kept.pk]
    undone = api.post(f"/api/v1/merges/{done.json()['id']}/undo", {}, content_type="application/json")
    assert undone.status_code == 200
    assert list(touchpoint.contact_links.values_list("contact_id", flat=True)) == [gone.pk]
    rows = Contact.objects.visible_to(principal(company.people.owner)).filter(pk__in=[kept.pk, gone.pk])
    assert set(rows.values_list("external_id", "phone")) == {("1", ""), ("2", "+49 30 1234567")}


def test_people_of_different_accounts_are_not_merged(company: Company) -> None:
    by = principal(company.people.owner)
    one, other = make_contact(company.account, by=by), make_contact(make_account(by=by), by=by)
    api = api_client(make_token(company.people.owner))
    body = {"absorb": str(other.pk)}
    refused = api.post(f"/api/v1/contacts/{one.pk}/merge", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "other_account")


def test_contact_pages_merge_and_undo(company: Company) -> None:
    client = client_for(company.people.owner)
    kept, gone = (make_contact(company.account, last_name=name) for name in ("Roe", "Row"))
    assert f"?with={gone.pk}" in client.get(f"/contacts/{kept.pk}/merge/").content.decode()
    assert client.get(f"/contacts/{kept.pk}/merge/?with={gone.pk}").status_code == 200
    body = {"with": str(gone.pk), "versions": "1-1", "take-name": "absorbed"}
    assert client.post(f"/contacts/{kept.pk}/merge/", body).status_code == 303
    twice = client.post(f"/contacts/{kept.pk}/merge/", body)
    assert (twice.status_code, twice["Location"]) == (303, f"/accounts/{company.account.pk}/")
    merge = Merge.objects.visible_to(principal(company.people.owner)).get()
    assert Contact.objects.visible_to(principal(company.people.owner)).get(pk=kept.pk).last_name == "Row"
    client.post(f"/merges/{merge.pk}/undo/")
    assert Contact.objects.visible_to(principal(company.people.owner)).get(pk=kept.pk).last_name == "Roe"


def test_pages_take_as_many_queries_for_many_pairs_as_for_one(company: Company, two: tuple[Account, Account]) -> None:
    client, by, counts = client_for(company.people.owner), principal(company.people.owner), []
    for _more in range(2):
        addresses = ("/accounts/duplicates/", f"/accounts/{two[0].pk}/history/")
        for address in addresses:
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert client.get(address).status_code == 200
            counts.append(len(found))
        for number in range(3):
            extra = make_account(by=by, name=f"Northwind Traders {number}")
            find_pairs([extra.pk])
            absorbed = make_account(by=by, name=f"Gone {number}")
            merge_accounts(by=by, survivor=two[0], absorbed=absorbed, now=clock.now())
    assert counts[0] == counts[2] and max(counts) <= 12
