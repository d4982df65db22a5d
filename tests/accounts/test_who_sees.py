"""The explanation of what somebody sees agrees with the rule, whatever the team tree."""

from itertools import product
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AccountMember
from accounts.visibility import Ground, explain_visibility
from accounts.who_sees import sight_of
from kam.people.enums import MembershipRole
from kam.people.models import Membership, Team, User
from kam.people.principal import principal_for
from tests.personas import Company, client_for, make_account

pytestmark = pytest.mark.django_db
WHY = {"reason": "tests"}


def test_grounds_of_every_persona(company: Company) -> None:
    people, account = company.people, company.account
    grounds = {
        name: explain_visibility(principal_for(getattr(people, name)), account)
        for name in ("owner", "teammate", "outsider", "leader", "sibling_leader", "admin", "integration", "deactivated")
    }
    assert grounds == {
        "owner": [Ground.OWNER],
        "teammate": [Ground.MEMBER],
        "outsider": [],
        "leader": [Ground.TEAM],
        "sibling_leader": [],
        "admin": [Ground.EVERYTHING],
        "integration": [Ground.TEAM],
        "deactivated": [],
    }


def test_every_ground_that_applies_is_named(company: Company) -> None:
    people = company.people
    Account.objects.all_for_system(**WHY).filter(pk=company.account.pk).update(owner=people.leader)
    AccountMember(account=company.account, user=people.leader).save(force_insert=True)
    assert explain_visibility(principal_for(people.leader), company.account) == [
        Ground.OWNER,
        Ground.MEMBER,
        Ground.TEAM,
    ]


SIZES = st.integers(0, 3)
TREES = st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=5)
ROLES = st.sampled_from([None, *MembershipRole.values])


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tree=TREES,
    memberships=st.lists(st.tuples(SIZES, st.integers(0, 4), ROLES), max_size=6),
    accounts=st.lists(
        st.tuples(st.one_of(st.none(), SIZES), st.one_of(st.none(), st.integers(0, 4)), st.one_of(st.none(), SIZES)),
        min_size=1,
        max_size=4,
    ),
    kinds=st.lists(st.sampled_from(["person", "admin", "integration", "gone"]), min_size=4, max_size=4),
)  # fmt: skip
def test_explanation_agrees_with_the_rule_for_everybody(
    db: None, tree: list[Any], memberships: list[Any], accounts: list[Any], kinds: list[str]
) -> None:
    with transaction.atomic():
        teams: list[Team] = []
        for number, parent in enumerate(tree):
            above = teams[parent] if parent is not None and parent < number else None
            teams.append(Team.objects.create(name=f"T{number}", parent=above))
        users = [
            User.objects.create(
                email=f"u{n}@x.example", name=f"U{n}", is_admin=kind == "admin",
                is_integration=kind == "integration", is_active=kind != "gone",
            )
            for n, kind in enumerate(kinds)
        ]  # fmt: skip
        for user, team, role in memberships:
            if role and team < len(teams):
                Membership.objects.update_or_create(user=users[user], team=teams[team], defaults={"role": role})
        rows = []
        for number, (owner, team, member) in enumerate(accounts):
            row = make_account(
                f"A{number}",
                owner=None if owner is None else users[owner],
                team=None if team is None or team >= len(teams) else teams[team],
            )
            if member is not None:
                AccountMember(account=row, user=users[member]).save(force_insert=True)
            rows.append(row)
        for user, row in product(users, rows):
            sight = sight_of(user, row)
            seen = Account.objects.visible_to(principal_for(user)).filter(pk=row.pk).exists()
            assert (sight.seen, bool(sight.reasons)) == (seen, True)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("owner", ["They own it."]),
        ("leader", ["They lead North, and the account belongs to North One below it."]),
        ("integration", ["It is granted North, and the account belongs to North One."]),
        ("deactivated", ["They are deactivated, and so see nothing."]),
        ("newcomer", ["They belong to no team, and whoever belongs to none sees nothing."]),
        (
            "outsider",
            [
                "It is owned by Olga Owner.",
                "They are not on its account team.",
                "It belongs to North One, which they do not lead.",
            ],
        ),
    ],
)
def test_page_says_why(company: Company, name: str, words: list[str]) -> None:
    asked = {"person": str(getattr(company.people, name).pk), "account": str(company.account.pk)}
    answer = client_for(company.people.admin).get("/settings/who-sees/", asked)
    assert answer.status_code == 200
    assert answer.context["sight"].reasons == words


def test_what_would_change_it_names_the_teams_above(company: Company) -> None:
    sight = sight_of(company.people.outsider, company.account)
    assert sight.ways == [
        "Put them on the account team.",
        "Make them its owner.",
        "Make them leader of one of: North One, North, Company.",
    ]


def test_a_choice_that_is_none_is_refused(company: Company) -> None:
    client = client_for(company.people.admin)
    assert client.get("/settings/who-sees/", {"person": "x", "account": "y"}).status_code == 422
    empty = client.get("/settings/who-sees/", {"person": "", "account": ""}).text
    assert "Choose the person it is about." in empty
    assert "Choose the account it is about." in empty
    assert client.get("/settings/who-sees/").status_code == 200
