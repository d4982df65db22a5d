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
from typing import Any

from django.test import Client

from accounts.models import Account, AccountMember
from kam.api.scopes import known_scopes
from kam.core import clock
from kam.people import services
from kam.people.enums import Role
from kam.people.models import Team, User
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
        email=f"{name.replace(' ', '.').lower()}@kam.example",
        name=name,
        role=role,
        password=PASSWORD,
        team=team,
    )


def make_people() -> People:
    company = services.create_team(by=SYSTEM, name="Company")
    north = services.create_team(by=SYSTEM, name="North", parent=company)
    north_one = services.create_team(by=SYSTEM, name="North One", parent=north)
    north_two = services.create_team(by=SYSTEM, name="North Two", parent=north)
    south = services.create_team(by=SYSTEM, name="South", parent=company)
    south_one = services.create_team(by=SYSTEM, name="South One", parent=south)
    deactivated = make_user("Dora Deactivated", team=north_one)
    services.deactivate_user(by=SYSTEM, user=deactivated, now=clock.now())
    newcomer = make_user("Nils Newcomer", team=north_one)
    services.set_membership(by=SYSTEM, user=newcomer, team=north_one, role=None)
    return People(
        company=company,
        north=north,
        north_one=north_one,
        north_two=north_two,
        south=south,
        south_one=south_one,
        owner=make_user("Olga Owner", team=north_one),
        teammate=make_user("Tom Teammate", team=north_one),
        outsider=make_user("Otto Outsider", team=south_one),
        leader=make_user("Lena Leader", role=Role.LEADER, team=north),
        sibling_leader=make_user("Silke Sibling", role=Role.LEADER, team=south),
        admin=make_user("Ada Admin", role=Role.ADMIN),
        integration=make_user("Ingo Integration", role=Role.INTEGRATION, team=north),
        deactivated=deactivated,
        newcomer=newcomer,
    )


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
    """A browser where `user` is signed in and was seen just now; None: nobody is."""
    client = Client()
    if user is not None:
        client.force_login(user)
        session = client.session
        session[SEEN_AT] = int(clock.now().timestamp())
        session.save()
    return client


def api_client(token: str | None) -> Client:
    """A client of the REST API that sends `token`; bodies given as `data=` with content type JSON."""
    return Client(headers={"Authorization": f"Bearer {token}"} if token else {})


def token_per_scope(user: User) -> dict[str, str]:
    """scope → secret of a token that has just this scope, for every scope there is."""
    return {scope: make_token(user, scopes=[scope]) for scope in sorted(known_scopes())}


def principal(user: User, *, scopes: Iterable[str] | None = None) -> Principal:
    return principal_for(user, scopes=None if scopes is None else frozenset(scopes))
