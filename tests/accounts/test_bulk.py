"""What is done to many accounts at once, and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.bulk import changes
from accounts.bulk.changes import Deed, begin_bulk, forget_changes, undo_bulk
from accounts.changes import account_changes
from accounts.enums import BulkKind
from accounts.models import Account, AccountTag, BulkChange, BulkLine
from accounts.services.tags import change_tags, ensure_tags
from kam.core import clock
from kam.core.errors import DomainError, NotVisible
from kam.outbox.dispatch import run
from kam.people.models import User
from tests.personas import Company, client_for, make_account, principal

NOW = clock.now()
WHY = {"reason": "tests"}


def owners() -> dict[str, str | None]:
    return dict(Account.objects.all_for_system(**WHY).values_list("name", "owner__name"))


def several(company: Company, number: int = 3) -> list[Account]:
    return [make_account(f"One {n}", owner=company.people.owner, team=company.people.north_one) for n in range(number)]


def do(by: User, deed: Deed, accounts: list[Account]) -> BulkChange:
    return begin_bulk(by=principal(by), deed=deed, account_ids=[one.pk for one in accounts], now=NOW)


def give(company: Company, accounts: list[Account], to: str = "teammate", by: str = "owner") -> BulkChange:
    return do(getattr(company.people, by), Deed(BulkKind.REASSIGN, owner=getattr(company.people, to)), accounts)


def tagging(company: Company, kind: BulkKind = BulkKind.TAG) -> Deed:
    [tag] = ensure_tags(by=principal(company.people.owner), names=["Fair"], now=NOW)
    return Deed(kind, tag=tag)


def tagged() -> list[str]:
    rows = AccountTag.objects.all_for_system(**WHY).order_by("account__name")
    return list(rows.values_list("account__name", flat=True))


def test_undo_gives_back_what_is_still_as_it_was_changed(company: Company) -> None:
    people, accounts = company.people, several(company)
    hers = make_account("Hers", owner=people.teammate, team=people.north_one)
    change = give(company, [*accounts, hers], by="leader")
    assert change.status == "done"
    Account.objects.all_for_system(**WHY).filter(name="One 1").update(owner=people.leader)  # changed again since
    undo_bulk(by=principal(people.leader), change_id=change.pk, now=NOW)
    after = owners()
    assert {name: after[name] for name in ("One 0", "One 1", "One 2", "Hers")} == {
        "One 0": "Olga Owner", "One 1": people.leader.name, "One 2": "Olga Owner", "Hers": people.teammate.name,
    }  # fmt: skip
    undo_bulk(by=principal(people.leader), change_id=change.pk, now=NOW)  # a second time changes nothing
    assert owners() == after


def test_undo_reaches_accounts_that_went_out_of_sight(company: Company) -> None:
    accounts = [make_account("Alone", owner=company.people.owner, team=None)]
    change = give(company, accounts)
    assert not Account.objects.visible_to(principal(company.people.owner)).filter(name="Alone").exists()
    undo_bulk(by=principal(company.people.owner), change_id=change.pk, now=NOW)
    assert owners()["Alone"] == "Olga Owner"


def test_undo_gives_nothing_to_who_has_left_meanwhile(company: Company) -> None:
    change = give(company, several(company), by="admin")
    User.objects.filter(pk=company.people.owner.pk).update(is_active=False)
    undo_bulk(by=principal(company.people.admin), change_id=change.pk, now=NOW)
    assert owners()["One 0"] == company.people.teammate.name


def test_tag_is_put_on_and_taken_off_where_it_was_not(company: Company) -> None:
    people, accounts = company.people, several(company)
    first = do(people.owner, tagging(company), accounts[:1])
    second = do(people.owner, tagging(company), accounts)
    assert tagged() == ["One 0", "One 1", "One 2"]
    undo_bulk(by=principal(people.owner), change_id=second.pk, now=NOW)
    assert tagged() == ["One 0"]
    off = do(people.owner, tagging(company, BulkKind.UNTAG), accounts)
    assert tagged() == []
    undo_bulk(by=principal(people.owner), change_id=off.pk, now=NOW + timedelta(minutes=1))
    assert tagged() == ["One 0"]
    undo_bulk(by=principal(people.owner), change_id=first.pk, now=NOW)  # taken off and put on again since: not ours
    assert tagged() == ["One 0"]


def test_accounts_with_as_many_tags_as_they_may_have_are_left_out_and_counted(company: Company) -> None:
    by, accounts = principal(company.people.owner), several(company)
    change_tags(by=by, account=accounts[0], added=[f"t{n}" for n in range(20)], removed=[], now=NOW)
    change_tags(by=by, account=accounts[1], added=[*(f"t{n}" for n in range(19)), "Fair"], removed=[], now=NOW)
    client = client_for(company.people.owner)
    sent = {"account": [str(one.pk) for one in accounts], "tag_name": "Fair", "deed": "tag"}
    client.post("/accounts/tag/", sent)
    rows = AccountTag.objects.all_for_system(**WHY).filter(tag__name="Fair")
    assert sorted(rows.values_list("account__name", flat=True)) == ["One 1", "One 2"]
    said = client.get("/accounts/").content.decode()
    assert "2 accounts bear “Fair”. 1 was left out: it bears 20." in said
    client.post(f"/accounts/bulk/{BulkChange.objects.get().pk}/undo/")
    assert list(rows.values_list("account__name", flat=True)) == ["One 1"]


@pytest.mark.parametrize("kind", [BulkKind.TAG, BulkKind.UNTAG])
def test_tags_are_taken_back_on_locked_accounts(company: Company, kind: BulkKind) -> None:
    accounts = several(company, 2)
    tag_first = do(company.people.owner, tagging(company), accounts)
    change = tag_first if kind == BulkKind.TAG else do(company.people.owner, tagging(company, kind), accounts)
    with CaptureQueriesContext(connection) as queries:
        undo_bulk(by=principal(company.people.owner), change_id=change.pk, now=NOW)
    said = [query["sql"] for query in queries]
    locks = [place for place, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql and 'FROM "accounts_account"' in sql]
    reads = [place for place, sql in enumerate(said) if 'FROM "accounts_accounttag"' in sql]
    assert locks[0] < reads[0]


def test_history_of_each_account_tells_of_the_tag_and_of_undoing_it(company: Company) -> None:
    by, accounts = principal(company.people.owner), several(company)
    do(company.people.owner, tagging(company), accounts[:1])
    change = do(company.people.owner, tagging(company), accounts)
    undo_bulk(by=by, change_id=change.pk, now=NOW)
    off = do(company.people.owner, tagging(company, BulkKind.UNTAG), accounts)
    undo_bulk(by=by, change_id=off.pk, now=NOW)
    told = [[(entry.who, entry.became) for entry in account_changes(by, one).entries] for one in accounts]
    assert told == [
        [("Olga Owner", "+ Fair"), ("Olga Owner", "− Fair"), ("Olga Owner", "+ Fair")],
        *[[("Olga Owner", "− Fair"), ("Olga Owner", "+ Fair")]] * 2,
    ]


def test_only_who_did_it_takes_it_back_and_only_for_a_while(company: Company) -> None:
    change = give(company, several(company))
    for other in ("teammate", "leader", "admin"):
        with pytest.raises(NotVisible):
            undo_bulk(by=principal(getattr(company.people, other)), change_id=change.pk, now=NOW)
    with pytest.raises(DomainError, match="too late"):
        undo_bulk(by=principal(company.people.owner), change_id=change.pk, now=NOW + timedelta(minutes=16))


def test_what_one_does_not_see_is_not_changed(company: Company) -> None:
    with pytest.raises(NotVisible):
        do(company.people.owner, tagging(company), [company.account, company.foreign_account])
    with pytest.raises(DomainError, match="cannot give"):
        give(company, several(company), to="outsider")
    assert (tagged(), BulkChange.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_large_deeds_go_on_in_portions_there_and_back(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PORTION", 2)
    accounts = several(company, 5)
    change = give(company, accounts)
    assert (change.status, list(owners().values()).count(company.people.teammate.name)) == ("running", 2)
    run("db")
    change.refresh_from_db()
    assert (change.status, list(owners().values()).count(company.people.teammate.name)) == ("done", 5)
    undo_bulk(by=principal(company.people.owner), change_id=change.pk, now=NOW)
    run("db")
    change.refresh_from_db()
    assert (change.status, list(owners().values()).count(company.people.teammate.name)) == ("undone", 0)


def test_journal_is_forgotten_after_a_day(company: Company) -> None:
    give(company, several(company))
    forget_changes(NOW, NOW + timedelta(hours=23))
    assert BulkChange.objects.count() == 1
    forget_changes(NOW, NOW + timedelta(hours=25))
    assert (BulkChange.objects.count(), BulkLine.objects.all_for_system(**WHY).count()) == (0, 0)


@pytest.mark.parametrize("kind", ["reassign", "tag"])
def test_queries_do_not_grow_with_accounts_or_their_owners(company: Company, kind: str) -> None:
    people, counts = company.people, []
    for number in (1, 3, 12):
        accounts = several(company, number)
        Account.objects.all_for_system(**WHY).filter(pk=accounts[-1].pk).update(owner=people.leader)
        deed = Deed(BulkKind.REASSIGN, owner=people.teammate) if kind == "reassign" else tagging(company)
        with CaptureQueriesContext(connection) as queries:
            change = do(people.leader, deed, accounts)
            undo_bulk(by=principal(people.leader), change_id=change.pk, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 40


def test_page_tags_what_was_ticked_or_all_of_the_list_and_offers_undo(company: Company) -> None:
    client = client_for(company.people.owner)
    several(company)
    sent: dict[str, Any] = {"all": "1", "search": "One", "tag_name": "Fair", "deed": "tag"}
    assert client.get("/accounts/tag/", {"all": "1", "search": "One"}).context["selection"].unnamed == 0
    assert client.post("/accounts/tag/", sent)["Location"] == "/accounts/"
    assert tagged() == ["One 0", "One 1", "One 2"]
    page = client.get("/accounts/").content.decode()
    undo = f"/accounts/bulk/{BulkChange.objects.get().pk}/undo/"
    assert undo in page
    assert client.post(undo).status_code == 303
    assert tagged() == []
    assert client.post("/accounts/tag/", sent | {"seen": "other"}).status_code == 422
    assert client.post("/accounts/tag/", {"tag_name": "Fair", "deed": "tag"}).status_code == 422


def test_way_back_is_the_list_as_it_was_asked_for(company: Company) -> None:
    client, one = client_for(company.people.owner), several(company)[0]
    page = client.get("/accounts/?search=One&ordering=-name&cursor=").content.decode()
    assert 'name="list" value="search=One&amp;ordering=-name"' in page
    assert "/accounts/tag/?all=1&amp;search=One&amp;list=search%3DOne%26ordering%3D-name" in page
    asked = {"account": str(one.pk), "list": "search=One&ordering=-name&evil=1"}
    back = "/accounts/?search=One&ordering=-name"
    for path, sent in (
        ("/accounts/tag/", {"tag_name": "Fair", "deed": "tag"}),
        ("/accounts/reassign/", {"new_owner": str(company.people.teammate.pk)}),
    ):
        assert f'href="{back.replace("&", "&amp;")}"' in client.get(path, asked).content.decode()
        assert client.post(path, asked | sent)["Location"] == back
    change = BulkChange.objects.earliest("created_at")
    undone = client.post(f"/accounts/bulk/{change.pk}/undo/?list=search%3DOne")
    assert undone["Location"] == "/accounts/?search=One"
    assert client.get("/accounts/tag/", asked | {"list": "ordering=evil"}).status_code == 404


def test_list_offers_undo_as_long_as_it_works(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [str(one.pk) for one in several(company, 2)]
    client = client_for(company.people.owner)
    client.post("/accounts/tag/", {"account": accounts, "tag_name": "Fair", "deed": "tag"})
    change = BulkChange.objects.get()
    undo = f"/accounts/bulk/{change.pk}/undo/?list="

    def offered(**moved: int) -> str:
        moment = change.created_at + timedelta(**moved)
        monkeypatch.setattr(clock, "now", lambda: moment)
        context = client.get("/accounts/").context
        return f"{context.get('undo_url', '')} {context.get('undo_said', '')}"

    assert offered(minutes=15) == f"{undo} tagged 2 accounts “Fair”"
    assert offered(minutes=15, seconds=1) == " "
    assert "undo_url" not in client_for(company.people.leader).get("/accounts/").context
    monkeypatch.undo()
    client.post(undo)
    assert offered(minutes=1) == " "


@pytest.mark.parametrize(("path", "field"), [("tag", "tag_name"), ("reassign", "new_owner")])
def test_field_stands_above_the_names_of_many(company: Company, path: str, field: str) -> None:
    accounts = several(company, 2)
    page = client_for(company.people.owner).get(f"/accounts/{path}/", {"account": [one.pk for one in accounts]})
    text = page.content.decode()
    order = [text.index(f'name="{field}"'), text.index('class="btn btn-primary" type="submit"'), text.index("One 0")]
    assert order == sorted(order)
