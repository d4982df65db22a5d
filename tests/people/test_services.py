"""Making and ending users, memberships and tokens."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from kam.core import clock
from kam.core.errors import DomainError
from kam.people.enums import MembershipRole, Role
from kam.people.models import ApiToken, Membership, Team, User
from kam.people.principal import principal_for
from kam.people.services import (
    create_api_token,
    create_team,
    create_user,
    deactivate_user,
    record_token_use,
    revoke_api_token,
    set_membership,
    token_digest,
)
from tests.personas import PASSWORD, SYSTEM, People, principal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEADER, Role.MANAGER, Role.INTEGRATION])
def test_created_user_has_the_role(role: Role) -> None:
    team = create_team(by=SYSTEM, name="North")
    user = create_user(by=SYSTEM, email=" New@KAM.example ", name=" New ", role=role, password=PASSWORD, team=team)
    user = User.objects.get(email="new@kam.example")
    assert (user.name, principal_for(user).role, user.check_password(PASSWORD)) == ("New", role, True)
    assert principal_for(user).team_ids == ((team.pk,) if role in (Role.LEADER, Role.INTEGRATION) else ())


@pytest.mark.parametrize(
    ("changed", "code", "status"),
    [
        ({"email": "OWNER@kam.example"}, "email_taken", 409),
        ({"email": "no address"}, "email_invalid", 400),
        ({"password": "short"}, "weak_password", 422),
        ({"password": "password1234"}, "weak_password", 422),
        ({"password": "new@kam.example"}, "weak_password", 422),
        ({"team": None}, "team_missing", 422),
        ({"role": Role.SYSTEM}, "role_unknown", 400),
    ],
)
def test_user_that_breaks_a_rule_is_refused(changed: dict, code: str, status: int) -> None:
    team = create_team(by=SYSTEM, name="North")
    wanted = {"email": "owner@kam.example", "name": "New", "role": Role.MANAGER, "password": PASSWORD, "team": team}
    create_user(by=SYSTEM, **wanted)
    with pytest.raises(DomainError) as caught:
        create_user(by=SYSTEM, **{**wanted, "email": "new@kam.example", **changed})
    assert (caught.value.code, caught.value.status) == (code, status)
    assert User.objects.count() == 1


def test_only_administrators_manage_people(people: People) -> None:
    by = principal(people.leader)
    calls = [
        lambda: create_user(by=by, email="x@kam.example", name="X", role=Role.MANAGER, team=people.north_one),
        lambda: create_team(by=by, name="Mine"),
        lambda: set_membership(by=by, user=people.leader, team=people.south, role=MembershipRole.LEADER),
        lambda: deactivate_user(by=by, user=people.outsider, now=clock.now()),
        lambda: create_api_token(by=by, user=people.admin, now=clock.now()),
    ]
    for call in calls:
        with pytest.raises(DomainError) as caught:
            call()
        assert (caught.value.code, caught.value.status) == ("not_allowed", 403)
    assert create_api_token(by=by, user=people.leader, now=clock.now())[0].user == people.leader


def test_no_token_acts_as_another_person(people: People) -> None:
    by = principal(people.admin)
    with pytest.raises(DomainError) as caught:
        create_api_token(by=by, user=people.owner, now=clock.now())
    assert (caught.value.code, ApiToken.objects.count()) == ("not_allowed", 0)
    assert create_api_token(by=by, user=people.integration, now=clock.now())[0].user == people.integration


def test_set_membership_moves_and_ends(people: People) -> None:
    for role in (MembershipRole.LEADER, MembershipRole.MANAGER, None):
        set_membership(by=SYSTEM, user=people.newcomer, team=people.north_two, role=role)
        found = Membership.objects.filter(user=people.newcomer).values_list("role", flat=True)
        assert list(found) == ([role] if role else [])


def test_duplicate_team_is_refused(people: People) -> None:
    with pytest.raises(DomainError) as caught:
        create_team(by=SYSTEM, name=" North ")
    assert caught.value.code == "team_taken"


def test_deactivation_ends_tokens_and_password(people: People) -> None:
    now = clock.now()
    earlier, _ = create_api_token(by=SYSTEM, user=people.owner, now=now)
    revoke_api_token(by=SYSTEM, token=earlier, now=now - timedelta(days=1))
    create_api_token(by=SYSTEM, user=people.owner, now=now)
    kept, _ = create_api_token(by=SYSTEM, user=people.outsider, now=now)
    deactivate_user(by=SYSTEM, user=people.owner, now=now)
    revoked = ApiToken.objects.filter(user=people.owner).order_by("revoked_at").values_list("revoked_at", flat=True)
    assert list(revoked) == [now - timedelta(days=1), now]
    kept.refresh_from_db()
    assert kept.revoked_at is None
    people.owner.refresh_from_db()
    assert (people.owner.is_active, people.owner.has_usable_password()) == (False, False)
    assert principal_for(people.owner).role == Role.NOBODY
    with pytest.raises(DomainError) as caught:
        create_api_token(by=SYSTEM, user=people.owner, now=now)
    assert caught.value.code == "user_inactive"


def test_token_is_stored_as_prefix_and_digest_only(people: People) -> None:
    now = clock.now()
    token, secret = create_api_token(
        by=SYSTEM, user=people.owner, now=now, scopes=["b:read", "a:read", "b:read"], lifetime=timedelta(days=3)
    )
    token.refresh_from_db()
    assert (token.digest, secret.split("_")[:2]) == (token_digest(secret), ["kam", token.prefix])
    assert (token.scopes, token.expires_at) == (["a:read", "b:read"], now + timedelta(days=3))
    assert secret not in str(vars(token))


def test_token_use_is_recorded_once_a_minute(people: People, django_assert_num_queries) -> None:
    start = clock.now()
    token, _ = create_api_token(by=SYSTEM, user=people.owner, now=start)
    for seconds, queries, recorded in ((0, 1, 0), (59, 0, 0), (60, 1, 60)):
        token = ApiToken.objects.get()
        with django_assert_num_queries(queries):
            record_token_use(token=token, now=start + timedelta(seconds=seconds))
        assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=recorded)


def test_revoking_twice_keeps_the_first_time(people: People) -> None:
    now = clock.now()
    token, _ = create_api_token(by=SYSTEM, user=people.owner, now=now)
    revoke_api_token(by=principal(people.owner), token=token, now=now)
    revoke_api_token(by=principal(people.owner), token=token, now=now + timedelta(days=1))
    assert token.revoked_at == now


@pytest.mark.parametrize(
    ("table", "fields", "constraint"),
    [
        (User, {"email": "OLGA.OWNER@kam.example"}, "user_email_once"),
        (User, {"email": "x@kam.example", "is_admin": True, "is_integration": True}, "user_admin_or_integration"),
        (Team, {"name": "North"}, "team_name_once"),
    ],
)
def test_database_refuses(people: People, table: type, fields: dict, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        table.objects.create(**fields)


@pytest.mark.parametrize(("role", "constraint"), [("leader", "membership_once"), ("chief", "membership_role_known")])
def test_database_refuses_membership(people: People, role: str, constraint: str) -> None:
    team = people.north_one if role == "leader" else people.north_two
    with pytest.raises(IntegrityError, match=constraint):
        Membership.objects.create(user=people.owner, team=team, role=role)
