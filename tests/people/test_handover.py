"""Leaving: one step moves everything and ends everything, or does nothing."""

from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow

from accounts import handover as accounts_handover
from accounts.models import Account, AccountMember
from kam.core import clock
from kam.core.errors import DomainError
from kam.outbox import dispatch
from kam.outbox.models import Lane, OutboxMessage
from kam.people.handover import hand_over, held_by
from kam.people.models import Membership, User
from kam.people.principal import Principal
from tests.personas import SYSTEM, Company, People, api_client, client_for, make_account, make_token, principal

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}


def leave_page(user: User) -> str:
    return f"/settings/people/{user.pk}/leave/"


def owners() -> dict[str, str | None]:
    return dict(Account.objects.all_for_system(**WHY).values_list("name", "owner__name"))


def members() -> set[tuple[str, str]]:
    return set(AccountMember.objects.all_for_system(**WHY).values_list("account__name", "user__name"))


def hand(user: User, by: Principal = SYSTEM, **takers: User | None) -> dict[str, int]:
    return hand_over(by=by, user=user, takers=takers, now=clock.now())


def test_everything_goes_to_one_person_in_one_step(company: Company) -> None:
    people, client = company.people, client_for(company.people.admin)
    make_account("Second", owner=people.owner, team=people.north_one)
    AccountMember(account=company.foreign_account, user=people.owner).save(force_insert=True)
    page = client.get(leave_page(people.owner))
    assert [(line.kind.key, line.number) for line in page.context["form"].held] == [
        ("accounts", 2),
        ("account_teams", 1),
    ]
    assert f"/accounts/?owner={people.owner.pk}" in page.text
    assert client.post(leave_page(people.owner), {"everything": people.teammate.pk}).status_code == 303
    assert owners() == {"Alpha Works": "Tom Teammate", "Second": "Tom Teammate", "Canary Foreign GmbH": "Otto Outsider"}
    assert members() == {("Alpha Works", "Tom Teammate"), ("Canary Foreign GmbH", "Tom Teammate")}
    assert held_by(SYSTEM, people.owner) == []


def test_each_kind_may_go_elsewhere(company: Company) -> None:
    people, client = company.people, client_for(company.people.admin)
    AccountMember(account=company.foreign_account, user=people.owner).save(force_insert=True)
    sent = {"everything": people.teammate.pk, "accounts": people.outsider.pk, "account_teams": "-"}
    assert client.post(leave_page(people.owner), sent).status_code == 303
    assert owners()["Alpha Works"] == "Otto Outsider"
    assert members() == {("Alpha Works", "Tom Teammate")}


def test_nothing_is_forgotten_by_saying_nothing(company: Company) -> None:
    people, client = company.people, client_for(company.people.admin)
    answer = client.post(leave_page(people.owner), {})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["accounts"])
    assert User.objects.get(pk=people.owner.pk).is_active


def test_accounts_stay_with_their_team(company: Company) -> None:
    before = company.account
    assert hand(company.people.owner)["accounts"] == 1
    account = Account.objects.all_for_system(**WHY).get(pk=before.pk)
    assert (account.owner, account.team, account.version) == (None, before.team, before.version + 1)
    assert account.changed_at > before.changed_at


def test_account_without_a_team_needs_somebody(company: Company) -> None:
    people = company.people
    make_account("Lonely", owner=people.owner, team=None)
    with pytest.raises(DomainError) as caught:
        hand(people.owner)
    assert (caught.value.code, caught.value.field) == ("team_missing", "accounts")
    assert (owners()["Alpha Works"], User.objects.get(pk=people.owner.pk).is_active) == ("Olga Owner", True)


def test_leader_hands_over_the_teams(people: People) -> None:
    Membership.objects.create(user=people.owner, team=people.north, role="manager")
    assert hand(people.leader, teams_led=people.owner)["teams_led"] == 1
    rows = Membership.objects.filter(team=people.north).values_list("user__name", "role")
    assert set(rows) == {("Olga Owner", "leader"), ("Ingo Integration", "manager")}
    assert not Membership.objects.filter(user=people.leader).exists()


def test_session_and_token_are_dead_at_the_next_request(company: Company) -> None:
    people = company.people
    browser, program = client_for(people.owner), api_client(make_token(people.owner))
    assert (browser.get("/accounts/").status_code, program.get("/api/v1/accounts").status_code) == (200, 200)
    client_for(people.admin).post(leave_page(people.owner), {"everything": people.teammate.pk})
    assert (browser.get("/accounts/").status_code, program.get("/api/v1/accounts").status_code) == (302, 401)
    User.objects.filter(pk=people.owner.pk).update(is_active=True)
    assert (browser.get("/accounts/").status_code, program.get("/api/v1/accounts").status_code) == (302, 401)


def test_history_says_who_handed_over(company: Company) -> None:
    people = company.people
    AccountMember(account=company.foreign_account, user=people.owner).save(force_insert=True)
    client_for(people.admin).post(leave_page(people.owner), {"everything": people.teammate.pk})
    for model, label in ((Account, "update"), (AccountMember, "delete"), (User, "update"), (Membership, "delete")):
        events = model.pgh_event_model.objects  # type: ignore[attr-defined]
        rows = events.all_for_system(**WHY) if hasattr(events, "all_for_system") else events.all()
        event = rows.filter(pgh_label=label).order_by("-pgh_id").first()
        assert event.pgh_context["user"] == str(people.admin.pk), model


@pytest.mark.parametrize("taker", ["owner", "deactivated", "integration"])
def test_unfit_taker_is_refused_and_nothing_moved(company: Company, taker: str) -> None:
    people = company.people
    with pytest.raises(DomainError) as caught:
        hand(people.owner, accounts=getattr(people, taker))
    assert (caught.value.code, caught.value.field) == ("taker_unfit", "accounts")
    assert (owners()["Alpha Works"], User.objects.get(pk=people.owner.pk).is_active) == ("Olga Owner", True)


def test_second_time_is_refused(company: Company) -> None:
    hand(company.people.owner)
    with pytest.raises(DomainError) as caught:
        hand(company.people.owner)
    assert caught.value.code == "left_already"


def test_last_administrator_keeps_what_is_theirs(company: Company) -> None:
    people = company.people
    make_account("Own", owner=people.admin, team=people.north)
    with pytest.raises(DomainError) as caught:
        hand(people.admin, accounts=people.owner)
    assert (caught.value.code, owners()["Own"]) == ("last_administrator", "Ada Admin")


def test_only_administrators_hand_over(company: Company) -> None:
    with pytest.raises(DomainError) as caught:
        hand(company.people.owner, by=principal(company.people.leader))
    assert caught.value.code == "not_allowed"


def run_outbox(times: int) -> None:
    for _time in range(times):
        # A test is one transaction, in which the claim's clock stands still at its beginning.
        OutboxMessage.objects.filter(done_at=None).update(available_at=TransactionNow())
        dispatch.run(Lane.DB)


def test_many_accounts_follow_in_portions_in_the_same_name(
    company: Company, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(accounts_handover, "PORTION", 2)
    people = company.people
    for number in range(4):
        account = make_account(f"More {number}", owner=people.owner, team=people.north_one)
        AccountMember(account=account, user=people.owner).save(force_insert=True)
    with django_assert_max_num_queries(40):
        moved = hand(people.owner, by=principal(people.admin), accounts=people.outsider, account_teams=people.outsider)
    assert (moved["accounts"], moved["account_teams"]) == (5, 4)
    assert list(owners().values()).count("Olga Owner") == 3
    events = Account.pgh_event_model.objects.all_for_system(**WHY)  # type: ignore[attr-defined]
    newest = events.order_by("-pgh_id")[0].pgh_id
    run_outbox(3)
    assert set(owners().values()) == {"Otto Outsider"}
    assert {who for _account, who in members()} == {"Tom Teammate", "Otto Outsider"}
    assert not OutboxMessage.objects.filter(done_at=None).exclude(last_error="").exists()
    contexts = [event.pgh_context for event in events.filter(pgh_id__gt=newest)]
    assert [(said["user"], said["via"]) for said in contexts] == [(str(people.admin.pk), "task")] * 3


def test_portions_for_a_taker_who_has_left_meanwhile_stay_with_their_team(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_handover, "PORTION", 1)
    people = company.people
    more = make_account("More", owner=people.owner, team=people.north_one)
    for account in (more, company.foreign_account):
        AccountMember(account=account, user=people.owner).save(force_insert=True)
    hand(people.owner, accounts=people.teammate, account_teams=people.teammate)
    hand(people.teammate, accounts=people.outsider)
    run_outbox(4)
    assert sorted(str(owner) for name, owner in owners().items() if name != "Canary Foreign GmbH") == [
        "None", "Otto Outsider",
    ]  # fmt: skip
    assert members() == set()
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_what_was_given_in_the_same_moment_follows(company: Company) -> None:
    people = company.people
    hand(people.owner, accounts=people.teammate)
    make_account("Late", owner=people.owner, team=people.north_one)
    run_outbox(1)
    assert owners()["Late"] == "Tom Teammate"
