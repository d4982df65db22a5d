"""The account team: who decides about it, what it shows, and what follows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.enums import MemberRole
from accounts.models import AccountMember
from accounts.selectors import accounts, members_of
from accounts.services.members import remove_member, set_member
from kam.core.errors import DomainError
from kam.outbox.models import OutboxMessage
from kam.people.models import User
from tests.personas import Company, api_client, client_for, make_token, principal

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
WHY = {"reason": "tests"}


def join(by: User, company: Company, user: User, role: str = "technical") -> AccountMember:
    return set_member(by=principal(by), account=company.account, user=user, role=MemberRole(role), now=NOW)


def team(company: Company) -> dict[str, str]:
    members = AccountMember.objects.all_for_system(**WHY).filter(account=company.account)
    return {member.user.name: member.role for member in members.select_related("user")}


def announced() -> int:
    return OutboxMessage.objects.filter(topic="account.cadence_inputs_changed").count()


@pytest.mark.parametrize(
    ("by", "who", "refusal"),
    [
        ("owner", "outsider", None),  # technical and finance people come from anywhere
        ("owner", "deactivated", "not_a_colleague"),
        ("owner", "integration", "not_a_colleague"),
        ("teammate", "outsider", "not_yours_to_staff"),
        ("leader", "outsider", None),
        ("admin", "outsider", None),
        ("integration", "teammate", None),
        ("integration", "outsider", "not_a_colleague"),
        ("outsider", "outsider", "not_found"),
    ],
)
def test_who_decides_about_the_account_team(company: Company, by: str, who: str, refusal: str | None) -> None:
    people, user = company.people, getattr(company.people, who)
    try:
        member = join(getattr(people, by), company, user)
    except DomainError as error:
        assert error.code == refusal
        assert team(company) == {"Tom Teammate": "key_account_manager"}
    else:
        assert refusal is None
        assert (member.user, member.role, member.created_at) == (
            (user, "technical", NOW) if who == "outsider" else (user, "technical", None)
        )
        assert accounts(principal(user)).filter(pk=company.account.pk).exists()


def test_a_colleague_has_one_role_and_leaves_at_once(company: Company) -> None:
    people = company.people
    join(people.owner, company, people.outsider)
    join(people.owner, company, people.outsider, "finance")
    assert team(company) == {"Tom Teammate": "key_account_manager", "Otto Outsider": "finance"}
    remove_member(by=principal(people.owner), account=company.account, user=people.outsider)
    remove_member(by=principal(people.owner), account=company.account, user=people.outsider)
    assert not accounts(principal(people.outsider)).filter(pk=company.account.pk).exists()
    [changed, left] = AccountMember.pgh_event_model.objects.all_for_system(**WHY).order_by("pgh_id")
    assert [(e.pgh_label, e.role, e.created_by_id) for e in (changed, left)] == [
        ("update", "finance", people.owner.pk),
        ("delete", "finance", people.owner.pk),
    ]


def test_everybody_may_leave_but_only_by_themselves(company: Company) -> None:
    people = company.people
    join(people.owner, company, people.outsider)
    with pytest.raises(DomainError, match="decided by the owner"):
        remove_member(by=principal(people.teammate), account=company.account, user=people.outsider)
    remove_member(by=principal(people.teammate), account=company.account, user=people.teammate)
    assert team(company) == {"Otto Outsider": "technical"}


def test_leaving_and_a_change_of_the_executive_sponsor_are_announced(company: Company) -> None:
    owner, people = company.people.owner, company.people
    counts = []
    for role in ("technical", "finance", "executive_sponsor", "executive_sponsor", "service"):
        join(owner, company, people.outsider, role)
        counts.append(announced())
    join(owner, company, people.leader, "executive_sponsor")
    remove_member(by=principal(owner), account=company.account, user=people.leader)
    remove_member(by=principal(owner), account=company.account, user=people.outsider)
    assert (counts, announced()) == ([0, 0, 1, 1, 2], 5)


# Pages


def test_team_is_shown_and_changed_on_its_page(company: Company) -> None:
    people, url = company.people, f"/accounts/{company.account.pk}/team/"
    client = client_for(people.owner)
    answer = client.post(url, {"user": str(people.outsider.pk), "role": "executive_sponsor"})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    for address in (url, f"/accounts/{company.account.pk}/"):
        text = client.get(address).content.decode()
        assert "Otto Outsider" in text
        assert "Executive sponsor" in text
    assert client.post(f"{url}{people.outsider.pk}/remove/").headers["Location"] == url
    assert "Otto Outsider" not in [member.user.name for member in members_of(principal(people.owner), company.account)]
    assert client.post(f"{url}{people.outsider.pk}/remove/").status_code == 404


def test_who_may_not_staff_sees_no_form_but_may_leave(company: Company) -> None:
    people, url = company.people, f"/accounts/{company.account.pk}/team/"
    join(people.owner, company, people.leader)
    client = client_for(people.teammate)
    text = client.get(url).content.decode()
    assert 'name="role"' not in text
    assert f"{people.teammate.pk}/remove/" in text
    assert f"{people.leader.pk}/remove/" not in text
    assert client.post(f"{url}{people.teammate.pk}/remove/").headers["Location"] == "/accounts/"


# API


def call(user: User, method: str, path: str, body: Any = None) -> Any:
    return api_client(make_token(user)).generic(method, f"/api/v1/accounts/{path}", body or "", "application/json")


def test_api_lists_puts_and_deletes_members(company: Company) -> None:
    people, account = company.people, company.account
    path = f"{account.pk}/members"
    answer = call(people.owner, "PUT", f"{path}/{people.outsider.pk}", '{"role": "finance"}')
    body = {"user": str(people.outsider.pk), "name": "Otto Outsider", "role": "finance"}
    assert (answer.status_code, {key: answer.json()[key] for key in body}) == (200, body)
    names = [row["name"] for row in call(people.owner, "GET", path).json()["results"]]
    assert names == ["Otto Outsider", "Tom Teammate"]
    assert call(people.owner, "DELETE", f"{path}/{people.outsider.pk}").status_code == 204
    assert call(people.owner, "DELETE", f"{path}/{people.outsider.pk}").status_code == 404
    assert call(people.outsider, "GET", path).status_code == 404
