"""Rows for tests, made through the services: what they write is what the product writes."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Account, Contact
from accounts.services.accounts import create_account
from accounts.services.contacts import create_contact
from kam.core.clock import now as clock_now
from kam.people.enums import MembershipRole
from kam.people.models import Membership, Team, User
from kam.people.principal import Principal
from touchpoints.models import Channel, Reach, Touchpoint, TouchpointType
from touchpoints.services.reach import record_reach
from touchpoints.services.touchpoints import log_touchpoint

SYSTEM = Principal.system("test")
numbers = count(1)


def make_team(name: str | None = None, parent: Team | None = None) -> Team:
    return Team.objects.create(name=name or f"Team {next(numbers)}", parent=parent)


def make_user(
    name: str | None = None, team: Team | None = None, role: str = MembershipRole.MANAGER, **fields: Any
) -> User:
    number = next(numbers)
    password = fields.pop("password", None)
    user = User.objects.create_user(
        fields.pop("email", f"user{number}@test.example"), password, name=name or f"User {number}", **fields
    )
    if team:
        Membership.objects.create(user=user, team=team, role=role)
    return user


def make_account(by: Principal = SYSTEM, now: datetime | None = None, **fields: Any) -> Account:
    fields.setdefault("name", f"Account {next(numbers)}")
    return create_account(by=by, now=now or clock_now(), **fields)


def make_contact(account: Account, by: Principal = SYSTEM, **fields: Any) -> Contact:
    fields.setdefault("first_name", "Kim")
    fields.setdefault("last_name", f"Person {next(numbers)}")
    return create_contact(by=by, account=account, **fields)


def make_touchpoint(
    account: Account,
    by: Principal = SYSTEM,
    *,
    type: str = "sales_call",
    channel: str = "phone",
    days_ago: float = 0,
    now: datetime | None = None,
    **fields: Any,
) -> Touchpoint:
    """`days_ago` below 0 is a day to come: an appointment."""
    moment = now or clock_now()
    if days_ago < 0:
        fields.setdefault("status", "planned")
    fields.setdefault("occurred_at", moment - timedelta(days=days_ago))
    return log_touchpoint(
        by=by,
        now=moment,
        account=account,
        type=TouchpointType.objects.get(key=type),
        channel=Channel.objects.get(key=channel),
        **fields,
    ).touchpoint


def make_reach(
    by: Principal, *, type: str = "advertising", channel: str = "web", days_ago: int = 0, count: int = 1, **fields: Any
) -> Reach:
    moment = clock_now()
    fields.setdefault("occurred_on", moment.date() - timedelta(days=days_ago))
    return record_reach(
        by=by,
        now=moment,
        type=TouchpointType.objects.get(key=type),
        channel=Channel.objects.get(key=channel),
        count=count,
        **fields,
    ).reach
