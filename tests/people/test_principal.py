"""Role and teams of a principal."""

import pytest

from kam.people.enums import Role
from kam.people.models import Membership
from kam.people.principal import Principal, principal_for
from tests.personas import People, principal

pytestmark = pytest.mark.django_db


def test_everybody_has_the_role_and_teams_of_their_memberships(people: People) -> None:
    north = tuple(sorted((people.north.pk, people.north_one.pk, people.north_two.pk)))
    south = tuple(sorted((people.south.pk, people.south_one.pk)))
    expected = {
        people.owner: (Role.MANAGER, ()),
        people.teammate: (Role.MANAGER, ()),
        people.outsider: (Role.MANAGER, ()),
        people.leader: (Role.LEADER, north),
        people.sibling_leader: (Role.LEADER, south),
        people.integration: (Role.INTEGRATION, north),
        people.admin: (Role.ADMIN, ()),
        people.newcomer: (Role.NOBODY, ()),
        people.deactivated: (Role.NOBODY, ()),
    }
    assert {user: (principal(user).role, principal(user).team_ids) for user in expected} == expected


def test_deactivated_principal_has_no_user_id(people: People) -> None:
    assert principal_for(people.deactivated) == Principal.nobody()


def test_principal_costs_one_query_at_most(people: People, django_assert_num_queries) -> None:
    for user, queries in ((people.admin, 0), (people.owner, 1), (people.leader, 1)):
        with django_assert_num_queries(queries):
            principal_for(user)


def test_team_subtree_is_whole_and_ends_where_the_tree_loops(people: People) -> None:
    Membership.objects.filter(user=people.leader).update(team=people.company)
    assert len(principal_for(people.leader).team_ids) == 6
    people.company.parent = people.south_one  # nobody should, but no request may hang over it
    people.company.save()
    assert len(principal_for(people.sibling_leader).team_ids) == 6


@pytest.mark.parametrize(
    ("scopes", "asked", "allowed"),
    [
        (None, "accounts:write", True),
        ({"accounts:read"}, "accounts:read", True),
        ({"accounts:read"}, "accounts:write", False),
        ({"accounts:write"}, "accounts:read", True),
        ({"accounts:write"}, "contacts:read", False),
        (set(), "accounts:read", False),
    ],
)
def test_scopes_narrow(scopes: set | None, asked: str, allowed: bool) -> None:
    some = Principal(user_id=None, role=Role.MANAGER, scopes=None if scopes is None else frozenset(scopes))
    assert some.may(asked) is allowed
