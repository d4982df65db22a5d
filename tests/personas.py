"""The people every test can ask for: two regions, their teams, and everybody who may come to the door.

    company
    ├── north            leader leads it
    │   ├── north one    owner, teammate
    │   └── north two
    └── south            sibling_leader leads it
        └── south one    outsider

`owner` owns the account in `Company.account`, `teammate` is on its account team; `foreign_account`
belongs to the outsider. `integration` is granted north.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import update_last_login
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts.models import Account, AccountMember
from kam.api.scopes import known_scopes
from kam.core import clock
from kam.people import services
from kam.people.enums import MembershipRole, Role
from kam.people.models import Membership, Team, User
from kam.people.own.middleware import SEEN_AT
from kam.people.principal import Principal, principal_for

PASSWORD = "correct horse battery staple"
SYSTEM = Principal.system("tests")


@dataclass(frozen=True)
class People:
    """The team tree and who works in it."""

    company: Team
    north: Team
    north_one: Team
    north_two: Team
    south: Team
    south_one: Team
    owner: User
    teammate: User
    outsider: User
    leader: User
    sibling_leader: User
    admin: User
    integration: User
    deactivated: User
    newcomer: User  # signed in, in no team: role nobody


@dataclass(frozen=True)
class Company:
    """The people with an account of the owner's and one of the outsider's."""

    people: People
    account: Account
    foreign_account: Account


def make_user(name: str, *, role: Role = Role.MANAGER, team: Team | None = None) -> User:
    return services.create_user(
        by=SYSTEM,
        email=_address(name),
        name=name,
        role=role,
        password=PASSWORD,
        team=team,
    )


def make_people() -> People:
    """As the services would leave them, written in five statements: nearly every test begins with it."""
    company, north, north_one, north_two, south, south_one = (
        Team(name=name) for name in ("Company", "North", "North One", "North Two", "South", "South One")
    )
    north.parent = south.parent = company
    north_one.parent = north_two.parent = north
    south_one.parent = south
    Team.objects.bulk_create([company])
    Team.objects.bulk_create([north, south, north_one, north_two, south_one])
    owner, teammate, outsider = _user("Olga Owner"), _user("Tom Teammate"), _user("Otto Outsider")
    leader, sibling_leader = _user("Lena Leader"), _user("Silke Sibling")
    admin, integration = _user("Ada Admin", is_admin=True), _user("Ingo Integration", is_integration=True)
    deactivated, newcomer = _user("Dora Deactivated", is_active=False), _user("Nils Newcomer")
    deactivated.set_unusable_password()
    everybody = [owner, teammate, outsider, leader, sibling_leader, admin, integration, deactivated, newcomer]
    User.objects.bulk_create(everybody)
    manages, leads = MembershipRole.MANAGER, MembershipRole.LEADER
    places = [(owner, north_one, manages), (teammate, north_one, manages), (outsider, south_one, manages)]
    places += [(leader, north, leads), (sibling_leader, south, leads), (integration, north, manages)]
    Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for user, team, role in places)
    return People(
        company=company,
        north=north,
        north_one=north_one,
        north_two=north_two,
        south=south,
        south_one=south_one,
        owner=owner,
        teammate=teammate,
        outsider=outsider,
        leader=leader,
        sibling_leader=sibling_leader,
        admin=admin,
        integration=integration,
        deactivated=deactivated,
        newcomer=newcomer,
    )


@cache
def _password() -> str:
    return make_password(PASSWORD)


def _user(name: str, **flags: bool) -> User:
    return User(email=_address(name), name=name, password=_password(), **flags)


def _address(name: str) -> str:
    return f"{name.replace(' ', '.').lower()}@kam.example"


def make_company(people: People) -> Company:
    account = make_account("Alpha Works", owner=people.owner, team=people.north_one)
    AccountMember(account=account, user=people.teammate).save(force_insert=True)
    return Company(
        people=people,
        account=account,
        foreign_account=make_account("Canary Foreign GmbH", owner=people.outsider, team=people.south_one),
    )


def make_account(name: str, *, owner: User | None, team: Team | None, **fields: Any) -> Account:
    """A bare row, for tests that are not about creating accounts."""
    account = Account(name=name, name_sort=name.casefold(), owner=owner, team=team, **fields)
    account.save(force_insert=True)
    return account


def make_token(user: User, *, scopes: Iterable[str] | None = None, **kwargs: Any) -> str:
    """The secret of a new token of `user`."""
    return services.create_api_token(
        by=SYSTEM,
        user=user,
        now=kwargs.pop("now", clock.now()),
        scopes=scopes,
        lifetime=kwargs.pop("lifetime", timedelta(days=1)),
    )[1]


def client_for(user: User | None) -> Client:
    """A browser where `user` is signed in and was seen just now; None: nobody is.

    The rows that `Client.force_login` leaves, in five statements instead of eighteen: the suite signs in thousands
    of times.
    """
    client = Client()
    if user is not None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[SEEN_AT] = int(clock.now().timestamp())
        session.create()
        update_last_login(None, user)
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def api_client(token: str | None) -> Client:
    """A client of the REST API that sends `token`; bodies given as `data=` with content type JSON."""
    return Client(headers={"Authorization": f"Bearer {token}"} if token else {})


def token_per_scope(user: User) -> dict[str, str]:
    """scope → secret of a token that has just this scope, for every scope there is."""
    return {scope: make_token(user, scopes=[scope]) for scope in sorted(known_scopes())}


def principal(user: User, *, scopes: Iterable[str] | None = None) -> Principal:
    return principal_for(user, scopes=None if scopes is None else frozenset(scopes))
