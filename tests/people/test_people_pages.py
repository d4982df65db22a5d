"""Settings › People: the list, one person's page, and who stays administrator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from kam.core import clock
from kam.core.errors import DomainError
from kam.people.editing import edit_person
from kam.people.enums import MembershipRole, Role
from kam.people.invitations import send_invitation
from kam.people.models import Membership, Team, User
from kam.people.principal import principal_for
from kam.people.services import deactivate_user
from kam.people.skills import create_skill
from tests.personas import SYSTEM, Company, People, client_for, make_account, make_user, principal

pytestmark = pytest.mark.django_db
LIST = "/settings/people/"


def names(people: People, **query: str) -> list[str]:
    page = client_for(people.admin).get(LIST, query)
    return [str(person) for person, _held in page.context["rows"]]


def test_list_says_role_state_and_how_many_accounts(company: Company) -> None:
    page = client_for(company.people.admin).get(LIST)
    found = {str(person): (person.role, person.state, held) for person, held in page.context["rows"]}
    assert found == {
        "Ada Admin": ("admin", "active", [0]),
        "Dora Deactivated": ("nobody", "deactivated", [0]),
        "Ingo Integration": ("integration", "active", [0]),
        "Lena Leader": ("leader", "active", [0]),
        "Nils Newcomer": ("nobody", "active", [0]),
        "Olga Owner": ("manager", "active", [1]),
        "Otto Outsider": ("manager", "active", [1]),
        "Silke Sibling": ("leader", "active", [0]),
        "Tom Teammate": ("manager", "active", [0]),
    }


def test_filters_narrow_the_list(people: People) -> None:
    assert names(people, search="OWNER@kam") == ["Olga Owner"]
    assert names(people, state="deactivated") == ["Dora Deactivated"]
    assert names(people, role="leader") == ["Lena Leader", "Silke Sibling"]
    assert names(people, team=str(people.north_one.pk), search="o") == ["Olga Owner", "Tom Teammate"]
    User.objects.filter(pk__in=[people.owner.pk, people.teammate.pk]).update(password="!none")
    send_invitation(by=SYSTEM, user=people.owner, site="https://kam.example/", now=clock.now())
    assert names(people, state="invited") == ["Olga Owner"]
    assert client_for(people.admin).get(LIST, {"state": "x"}).status_code == 400


def test_list_costs_the_same_for_many(people: People, django_assert_num_queries: Any) -> None:
    client = client_for(people.admin)
    for number in range(2):
        for more in range(number * 3):
            make_account(f"A{more}", owner=make_user(f"More {more}", team=people.south), team=people.south)
        with django_assert_num_queries(9):  # by an annotation: it might be NULL
            client.get(LIST)


def test_pages_follow_each_other(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kam.people.views.people.PER_PAGE", 5)
    client = client_for(people.admin)
    first = client.get(LIST).context
    second = client.get(LIST, {"cursor": first["page"].next}).context
    assert (len(first["rows"]), len(second["rows"]), second["page"].next) == (5, 4, None)


def test_person_is_edited_whole(people: People) -> None:
    client, skill = client_for(people.admin), create_skill(by=SYSTEM, name="Welding")
    form = {"name": " Olga  O ", "leads": [people.south.pk], "works_in": [people.north_two.pk], "skills": [skill.pk]}
    assert client.post(f"{LIST}{people.owner.pk}/", form).status_code == 303
    people.owner.refresh_from_db()
    roles = dict(Membership.objects.filter(user=people.owner).values_list("team__name", "role"))
    assert (people.owner.name, roles) == ("Olga O", {"South": "leader", "North Two": "manager"})
    assert [str(one) for one in people.owner.skills.all()] == ["Welding"]
    page = client.get(f"{LIST}{people.owner.pk}/")
    assert page.context["form"].initial == {
        "seen": page.context["form"].now,
        "name": "Olga O",
        "is_admin": False,
        "leads": [people.south.pk],
        "works_in": [people.north_two.pk],
        "skills": [skill.pk],
    }


def test_edit_that_changes_nothing_writes_no_membership(people: People) -> None:
    before = list(Membership.objects.order_by("pk").values())
    form = {"name": "Olga Owner", "works_in": [people.north_one.pk]}
    client_for(people.admin).post(f"{LIST}{people.owner.pk}/", form)
    assert list(Membership.objects.order_by("pk").values()) == before
    assert not Membership.pgh_event_model.objects.filter(user=people.owner).exists()


def edit(people: People, user: User, by: User | None = None, **changed: Any) -> None:
    wanted: dict[str, Any] = {"name": "N", "is_admin": False, "leads": [], "works_in": [people.north_one], "skills": []}
    edit_person(by=principal(by or people.admin), user=user, **{**wanted, **changed})


@pytest.mark.parametrize(
    ("who", "changed", "code"),
    [
        ("owner", lambda p: {"name": " "}, "name_missing"),
        ("owner", lambda p: {"works_in": []}, "team_missing"),
        ("owner", lambda p: {"leads": [p.north_one]}, "team_twice"),
        ("integration", lambda p: {"leads": [p.south]}, "not_a_leader"),
        ("integration", lambda p: {"is_admin": True}, "not_a_leader"),
        ("admin", lambda p: {}, "last_administrator"),
        ("admin", lambda p: {"works_in": []}, "last_administrator"),
        ("owner", lambda p: {"works_in": [Team(name="Deleted meanwhile")]}, "team_gone"),
    ],
)
def test_edit_that_breaks_a_rule_is_refused(
    people: People, who: str, changed: Callable[[People], dict[str, Any]], code: str
) -> None:
    before = list(User.objects.order_by("pk").values()), list(Membership.objects.order_by("pk").values())
    with pytest.raises(DomainError) as caught:
        edit(people, getattr(people, who), **changed(people))
    assert caught.value.code == code
    assert (list(User.objects.order_by("pk").values()), list(Membership.objects.order_by("pk").values())) == before


def test_page_of_the_last_administrator_does_not_offer_to_leave(people: People) -> None:
    address = f"/settings/people/{people.admin.pk}/"
    assert "/leave/" not in client_for(people.admin).get(address).text
    make_user("Second Admin", role=Role.ADMIN)
    assert "/leave/" in client_for(people.admin).get(address).text


def test_only_administrators_edit_people(people: People) -> None:
    with pytest.raises(DomainError) as caught:
        edit(people, people.owner, by=people.leader)
    assert caught.value.code == "not_allowed"


def test_administrator_who_cannot_sign_in_does_not_count(people: People) -> None:
    second = make_user("Second Admin", role=Role.ADMIN)
    User.objects.filter(pk=second.pk).update(password="!none")
    with pytest.raises(DomainError) as caught:
        deactivate_user(by=SYSTEM, user=people.admin, now=clock.now())
    assert caught.value.code == "last_administrator"
    User.objects.filter(pk=second.pk).update(password=people.admin.password)
    deactivate_user(by=SYSTEM, user=people.admin, now=clock.now())
    assert principal_for(second).role == Role.ADMIN


@pytest.mark.django_db(transaction=True)
def test_two_administrators_do_not_leave_at_once() -> None:
    admins = [make_user(f"Admin {number}", role=Role.ADMIN) for number in range(2)]

    def leave(user: User) -> str:
        try:
            deactivate_user(by=SYSTEM, user=user, now=clock.now())
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, admins)) == ["last_administrator", "left"]
    assert User.objects.filter(is_admin=True, is_active=True).count() == 1


def test_demoted_administrator_becomes_what_the_teams_say(people: People) -> None:
    second = make_user("Second Admin", role=Role.ADMIN)
    edit(people, second, leads=[people.south], works_in=[])
    second.refresh_from_db()
    assert (principal_for(second).role, second.memberships.get().role) == (Role.LEADER, MembershipRole.LEADER)
