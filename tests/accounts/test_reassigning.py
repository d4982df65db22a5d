"""Accounts change hands: who may give which to whom, what follows, and the pages and endpoint that ask for it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountMember
from accounts.selectors import accounts
from accounts.services import reassigning
from accounts.services.reassigning import reassign_accounts
from kam.audit.context import recorded
from kam.core.errors import DomainError, NotVisible
from kam.outbox.models import OutboxMessage
from kam.people.models import User
from tests.personas import Company, api_client, client_for, make_account, make_token, principal

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
WHY = {"reason": "tests"}
URL = "/accounts/reassign/"


def reassign(by: User, owner: User | None, *given: Account) -> int:
    ids = [account.pk for account in given]
    return reassign_accounts(by=principal(by), account_ids=ids, owner=owner, now=NOW)


def owner_of(account: Account) -> User | None:
    return Account.objects.all_for_system(**WHY).select_related("owner").get(pk=account.pk).owner


def announced() -> list[str]:
    messages = OutboxMessage.objects.filter(topic="account.cadence_inputs_changed")
    return sorted(one for message in messages for one in message.payload["account_ids"])


@pytest.mark.parametrize(
    ("by", "to", "given", "refusal"),
    [
        ("owner", "teammate", "account", None),  # of one's own, to a colleague of one's team
        ("owner", "outsider", "account", "owner_not_assignable"),
        ("owner", "leader", "account", "owner_not_assignable"),
        ("owner", None, "account", None),  # as editing allows
        ("owner", "deactivated", "account", "owner_not_assignable"),
        ("teammate", "teammate", "account", "not_yours_to_give"),  # on the account team is not enough
        ("leader", "teammate", "account", None),
        ("leader", "outsider", "account", "owner_not_assignable"),
        ("leader", None, "account", None),
        ("admin", "outsider", "account", None),
        ("admin", "integration", "account", "owner_not_assignable"),
        ("integration", "teammate", "account", None),
        ("integration", None, "account", None),
        ("teammate", None, "account", "not_yours_to_give"),
        ("owner", "owner", "foreign_account", "not_found"),
        ("sibling_leader", "outsider", "account", "not_found"),
    ],
)
def test_who_may_give_what_to_whom(company: Company, by: str, to: str | None, given: str, refusal: str | None) -> None:
    people, account = company.people, getattr(company, given)
    heir, before = to and getattr(people, to), owner_of(account)
    try:
        reassign(getattr(people, by), heir, account)
    except DomainError as error:
        assert (error.code, owner_of(account), announced()) == (refusal, before, [])
    else:
        assert (refusal, owner_of(account), announced()) == (None, heir, [str(account.pk)])


def test_all_change_hands_or_none(company: Company) -> None:
    people = company.people
    other = make_account("Other", owner=people.owner, team=people.north_one)
    with pytest.raises(NotVisible):
        reassign(people.owner, people.teammate, company.account, other, company.foreign_account)
    shared = make_account("Shared", owner=people.leader, team=None)
    AccountMember(account=shared, user=people.owner).save()
    with pytest.raises(DomainError, match="1 of these accounts is not yours"):
        reassign(people.owner, people.teammate, other, shared)
    assert [owner_of(one) for one in (company.account, other)] == [people.owner, people.owner]


def test_sight_goes_with_the_account_and_the_history_says_so(company: Company) -> None:
    people, account = company.people, company.account
    with recorded(via="web", by=principal(people.leader)):
        assert reassign(people.leader, people.teammate, account) == 1
    assert [accounts(principal(user)).filter(pk=account.pk).exists() for user in (people.owner, people.teammate)] == [
        False,
        True,
    ]
    [event] = Account.pgh_event_model.objects.all_for_system(**WHY).filter(pgh_obj_id=account.pk)
    assert (event.pgh_label, event.owner_id, event.version) == ("update", people.teammate.pk, 2)
    assert event.pgh_context["user"] == str(people.leader.pk)
    stored = Account.objects.all_for_system(**WHY).get(pk=account.pk)
    assert (stored.version, stored.team_id, stored.changed_at >= account.changed_at) == (2, people.north_one.pk, True)


def test_an_account_that_has_this_owner_already_is_left_alone(company: Company) -> None:
    people = company.people
    other = make_account("Other", owner=people.teammate, team=people.north_one)
    assert reassign(people.leader, people.teammate, company.account, other) == 1
    assert announced() == [str(company.account.pk)]
    assert reassign(people.leader, None, company.account, other) == 2
    assert reassign(people.leader, None, company.account, other) == 0
    assert Account.objects.all_for_system(**WHY).get(pk=other.pk).version == 2


def test_many_take_the_same_statements_and_are_announced_in_portions(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassigning, "ANNOUNCED_AT_ONCE", 40)
    people, counts = company.people, []
    for size in (1, 3, 30):
        given = [make_account(f"One {n}", owner=people.owner, team=people.north_one) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert reassign(people.leader, people.teammate, *given) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
    monkeypatch.setattr(reassigning, "ANNOUNCED_AT_ONCE", 2)
    OutboxMessage.objects.all().delete()
    given = [make_account(f"More {n}", owner=people.owner, team=people.north_one) for n in range(5)]
    reassign(people.leader, people.teammate, *given)
    assert OutboxMessage.objects.count() == 3
    assert announced() == sorted(str(account.pk) for account in given)


# Page


def page(user: User, **query: Any) -> Any:
    return client_for(user).get(URL, query)


def test_page_names_what_changes_hands_and_what_stays(company: Company) -> None:
    people = company.people
    shared = make_account("Shared", owner=people.leader, team=None)
    AccountMember(account=shared, user=people.owner).save()
    answer = page(people.owner, account=[str(company.account.pk), str(shared.pk)])
    selection = answer.context["selection"]
    assert (list(selection.mine), selection.others) == ([company.account.pk], 1)
    text = answer.content.decode()
    assert "1 account changes hands" in text
    assert "1 chosen account stays where it is" in text


def test_owner_of_a_single_account_is_not_offered_it_again(company: Company) -> None:
    people = company.people
    other = make_account("Other", owner=people.leader, team=None)
    for ids, offered in (([company.account.pk], False), ([company.account.pk, other.pk], True)):
        form = page(people.leader, account=[str(account_id) for account_id in ids]).context["form"]
        assert (str(people.owner.pk) in dict(form.fields["new_owner"].choices)) is offered


def test_ticked_accounts_are_reassigned_and_the_way_leads_back(company: Company) -> None:
    people = company.people
    client = client_for(people.leader)
    sent = {"account": [str(company.account.pk)], "new_owner": str(people.teammate.pk)}
    answer = client.post(URL, sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/accounts/{company.account.pk}/")
    assert owner_of(company.account) == people.teammate
    answer = client_for(people.teammate).post(URL, sent | {"new_owner": str(people.owner.pk)})
    assert owner_of(company.account) == people.owner
    AccountMember.objects.all_for_system(**WHY).delete()
    answer = client_for(people.owner).post(URL, sent)
    assert answer.headers["Location"] == "/accounts/"  # out of sight


def change_account(account: Account, **columns: Any) -> None:
    Account.objects.all_for_system(**WHY).filter(pk=account.pk).update(**columns)


def test_all_of_a_filter_are_reassigned_and_only_those(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    people = company.people
    a, b = (make_account(f"Tier {t}", owner=people.owner, team=people.north_one, tier=t) for t in "AB")
    client, query = client_for(people.leader), {"all": "1", "tier": "A"}
    selection = client.get(URL, query).context["selection"]
    assert (list(selection.mine), list(selection.parameters)) == ([a.pk], [("all", "1"), ("tier", "A")])
    sent = {**query, "new_owner": str(people.teammate.pk)}
    change_account(a, tier="B")
    change_account(b, tier="A")  # as many as were looked at, but others
    stale = client.post(URL, sent | {"seen": selection.seal})
    assert (stale.status_code, owner_of(a), owner_of(b)) == (422, people.owner, people.owner)
    change_account(a, tier="A")
    change_account(b, tier="B")
    assert client.post(URL, sent | {"seen": selection.seal}).status_code == 303
    assert (owner_of(a), owner_of(b)) == (people.teammate, people.owner)
    monkeypatch.setattr("accounts.views.selecting.MOST", 2)
    assert client.get(URL, {"all": "1"}).status_code == 400
    assert client.get(URL, {"account": "x"}).status_code == 400


def test_queries_of_the_page_do_not_grow(company: Company) -> None:
    people, client, counts = company.people, client_for(company.people.leader), []
    for size in (1, 3, 30):
        while accounts(principal(people.leader)).count() < size:
            make_account("More", owner=people.teammate, team=people.north_one)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(URL, {"all": "1"}).context["selection"].mine) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 12


def test_list_offers_ticks_to_staff_only(company: Company) -> None:
    box = f'name="account" value="{company.account.pk}"'
    assert box in client_for(company.people.owner).get("/accounts/").content.decode()
    assert box not in client_for(company.people.integration).get("/accounts/").content.decode()


# API


def test_api_reassigns_and_says_how_many(company: Company) -> None:
    people = company.people
    api = api_client(make_token(people.leader))
    body = {"ids": [str(company.account.pk)], "owner": str(people.teammate.pk)}
    for changed in (1, 0):
        answer = api.post("/api/v1/accounts/reassign", body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"changed": changed})
    assert owner_of(company.account) == people.teammate
