"""Settings › Teams: the tree, who leads and works where, and what may be deleted."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from kam.core.errors import DomainError
from kam.people.models import Membership, Team, User
from kam.people.principal import principal_for
from kam.people.services import create_team
from kam.people.teams import delete_team, edit_team
from kam.people.tree import team_rows
from tests.personas import SYSTEM, Company, People, client_for, make_account, make_user, principal

pytestmark = pytest.mark.django_db
LIST = "/settings/teams/"


def edit(team: Team, **changed: Any) -> None:
    wanted: dict[str, Any] = {"name": team.name, "parent": team.parent, "leaders": [], "members": []}
    edit_team(by=SYSTEM, team=team, **{**wanted, **changed})


def test_tree_is_listed_with_leaders_people_and_accounts(company: Company) -> None:
    page = client_for(company.people.admin).get(LIST)
    rows = [(r.depth, str(r.team), r.leaders, r.people, r.counts[0][1]) for r in page.context["rows"]]
    assert rows == [
        (0, "Company", [], 0, 0),
        (1, "North", ["Lena Leader"], 2, 0),
        (2, "North One", [], 2, 1),
        (2, "North Two", [], 0, 0),
        (1, "South", ["Silke Sibling"], 1, 0),
        (2, "South One", [], 1, 1),
    ]


def test_tree_costs_the_same_for_many(company: Company, django_assert_num_queries: Any) -> None:
    for number in range(2):
        for more in range(number * 3):
            team = create_team(by=SYSTEM, name=f"More {more}", parent=company.people.south_one)
            make_account(f"A{more}", owner=make_user(f"M {more}", team=team), team=team)
        with django_assert_num_queries(3):
            team_rows(SYSTEM)


def test_team_is_made_renamed_moved_and_staffed(people: People) -> None:
    client = client_for(people.admin)
    assert client.post(LIST, {"name": "West", "parent": people.company.pk}).status_code == 303
    assert client.post(LIST, {"name": "West"}).status_code == 422
    team = Team.objects.get(name="West")
    sent = {
        "name": " Far  West ",
        "parent": people.south.pk,
        "leaders": [people.owner.pk],
        "members": [people.teammate.pk, people.integration.pk],
    }
    assert client.post(f"{LIST}{team.pk}/", sent).status_code == 303
    team.refresh_from_db()
    assert (team.name, team.parent) == ("Far West", people.south)
    assert set(team.memberships.values_list("user__name", "role")) == {
        ("Olga Owner", "leader"),
        ("Tom Teammate", "manager"),
        ("Ingo Integration", "manager"),
    }
    page = client.get(f"{LIST}{team.pk}/").context["form"].initial
    assert (page["leaders"], set(page["members"])) == ([people.owner.pk], {people.teammate.pk, people.integration.pk})


def test_leader_sees_what_was_moved_below(people: People) -> None:
    edit(people.south_one, parent=people.north)
    assert people.south_one.pk in principal_for(people.leader).team_ids
    assert people.south_one.pk not in principal_for(people.sibling_leader).team_ids


@pytest.mark.parametrize("below", ["company", "north", "north_one"])
def test_team_never_stands_below_itself(people: People, below: str) -> None:
    with pytest.raises(DomainError) as caught:
        edit(people.company, parent=getattr(people, below))
    assert (caught.value.code, caught.value.field) == ("team_circle", "parent")


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle() -> None:
    first, second = (create_team(by=SYSTEM, name=name) for name in ("First", "Second"))

    def move(pair: tuple[Team, Team]) -> str:
        try:
            edit(pair[0], parent=pair[1])
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, [(first, second), (second, first)])) == ["moved", "team_circle"]
    assert Team.objects.filter(parent=None).count() == 1


def test_nobody_stands_twice_and_no_integration_leads(people: People) -> None:
    for changed, code in (
        ({"leaders": [people.owner], "members": [people.owner]}, "person_twice"),
        ({"leaders": [people.integration]}, "not_a_leader"),
        ({"name": "North"}, "team_taken"),
        ({"name": " "}, "name_missing"),
    ):
        with pytest.raises(DomainError) as caught:
            edit(people.south_one, **changed)
        assert caught.value.code == code
    assert list(people.south_one.memberships.values_list("user__name", flat=True)) == ["Otto Outsider"]


def test_what_is_gone_meanwhile_is_refused_and_nothing_changed(people: People) -> None:
    """Chosen in a form while another administrator was faster."""
    gone = create_team(by=SYSTEM, name="Gone")
    Team.objects.filter(pk=gone.pk).delete()
    before = list(Membership.objects.order_by("pk").values())
    for team, changed, code in (
        (people.south_one, {"members": [people.deactivated]}, "left_already"),
        (people.south_one, {"parent": gone}, "team_gone"),
        (gone, {"parent": None}, "not_found"),
    ):
        with pytest.raises(DomainError) as caught:
            edit(team, **changed)
        assert caught.value.code == code
    assert list(Membership.objects.order_by("pk").values()) == before


def test_a_form_undoes_nothing_that_others_changed_meanwhile(people: People) -> None:
    client = client_for(people.admin)
    for address in (f"{LIST}{people.south_one.pk}/", f"/settings/people/{people.outsider.pk}/"):
        seen = client.get(address).context["form"]["seen"].value()
        sent = {"name": "South One", "parent": people.south.pk, "works_in": [people.south_one.pk], "seen": seen}
        Membership.objects.create(user=people.outsider, team=people.company, role="manager")
        Membership.objects.create(user=people.newcomer, team=people.south_one, role="manager")
        assert client.post(address, sent).status_code == 422
        assert Membership.objects.filter(user=people.newcomer).delete()[0] == 1
        assert Membership.objects.filter(user=people.outsider, team=people.company).delete()[0] == 1
        assert client.post(address, sent).status_code == 303


def test_only_an_empty_team_is_deleted(company: Company) -> None:
    people = company.people
    Membership.objects.filter(team=people.north_one).delete()
    for team in (people.company, people.north_one, people.south):
        with pytest.raises(DomainError) as caught:
            delete_team(by=SYSTEM, team=team)
        assert caught.value.code == "team_in_use"
    assert client_for(people.admin).post(f"{LIST}{people.north_two.pk}/delete/").status_code == 303
    assert not Team.objects.filter(pk=people.north_two.pk).exists()


def test_only_administrators_change_teams(people: People) -> None:
    by = principal(people.leader)
    wanted: dict[str, Any] = {"name": "X", "parent": None, "leaders": [], "members": []}
    for call in (
        lambda: edit_team(by=by, team=people.north, **wanted),
        lambda: delete_team(by=by, team=people.north_two),
    ):
        with pytest.raises(DomainError) as caught:
            call()
        assert caught.value.code == "not_allowed"
    assert User.objects.filter(memberships__team=people.north, memberships__role="leader").get() == people.leader
