"""Write the demo company: people, customers, and eighteen months lived through week by week.

Deterministic for a seed and a day: ids, names and events come from one random generator, and time is
never asked. Bulk rows are written directly; everything derived from them (pulse, check-ins, flags,
health, snapshots) comes from the product's own services, week by week, so that the past looks as it
would have looked.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from accounts.enums import CUSTOMER_LIFECYCLES, Lifecycle, LifecycleEventKind, MemberRole
from accounts.health import recompute
from accounts.models import Account, AccountMember, Contact, LifecycleEvent, Note, Segment
from kam.core.folding import fold
from kam.demo import people as cast
from kam.demo.companies import SEGMENTS, Company, invent_companies
from kam.demo.daily import Known, write_touchpoints
from kam.demo.desk import PRIVATE, agree_own_cadence, fill_desks, read_in_confidence
from kam.demo.house import set_up_house
from kam.demo.ids import next_id
from kam.demo.stories import Event, tell
from kam.people.enums import MembershipRole
from kam.people.models import Membership, Team, User
from touchpoints.models import Touchpoint
from touchpoints.services.escalation import escalate_flags
from touchpoints.services.reconcile import reconcile

SEED = 20
BESIDE_THE_OWNER = (MemberRole.TECHNICAL, MemberRole.SERVICE, MemberRole.FINANCE)
LEFT_AFTER = timedelta(days=40)  # their last touchpoint
PROSPECTS_KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Seeded:
    """How much was written."""

    accounts: int
    contacts: int
    touchpoints: int


@dataclass(frozen=True)
class Staff:
    teams: dict[str, Team]
    users: dict[str, User]


@transaction.atomic
def seed_demo(*, password: str, on: date, seed: int = SEED, accounts: int = 120) -> Seeded:
    """Fill an empty database with the demo company as it stands on the morning of `on`."""
    random = Random(seed)
    staff = _hire(random, password)
    segments = {name: Segment.objects.create(id=next_id(random), name=name) for name in SEGMENTS}
    companies = invent_companies(random, cast.MANAGERS, on=on, count=accounts)
    set_up_house(partial(next_id, random), list(staff.users.values()), segments)
    with times_as_given(Account, Contact, Touchpoint, Note):
        return _fill(random, staff, segments, companies, on)


@contextmanager
def times_as_given(*models: type[Model]) -> Iterator[None]:
    """Write created_at and changed_at as the rows say: what happened last spring was not entered today."""
    fields: list[Any] = [model._meta.get_field(name) for model in models for name in ("created_at", "changed_at")]
    kept = [(one.auto_now, one.auto_now_add) for one in fields]
    try:
        for one in fields:
            one.auto_now = one.auto_now_add = False
        yield
    finally:
        for one, (auto_now, auto_now_add) in zip(fields, kept, strict=True):
            one.auto_now, one.auto_now_add = auto_now, auto_now_add


def _fill(random: Random, staff: Staff, segments: dict[str, Segment], companies: list[Company], on: date) -> Seeded:
    rows = [_account(random, company, staff, segments, on) for company in companies]
    Account.objects.bulk_create(rows)
    contacts = {row.pk: _contacts(random, row, company) for row, company in zip(rows, companies, strict=True)}
    Contact.objects.bulk_create(contact for found in contacts.values() for contact in found)
    _lifecycle(rows, on)
    sponsors = _account_teams(random, rows, staff)
    told = {row.pk: list(tell(random, company, on=on)) for row, company in zip(rows, companies, strict=True)}
    lost = {row.pk for row, company in zip(rows, companies, strict=True) if company.lifecycle == Lifecycle.LOST}
    leaving = {pk: min(on, told[pk][-1].occurred_at.date() + LEFT_AFTER) if told[pk] else on for pk in lost}
    owners = {row.pk: row.owner_id for row in rows if row.owner_id}
    _live(random, rows, Known.of(contacts, owners, sponsors), told, leaving, on)
    fill_desks(random, rows, contacts, on)
    for row, company in zip(rows, companies, strict=True):
        if company.story == "second_plant":
            agree_own_cadence(row, on=on)
        if company.story == "outage":
            leader = staff.users[cast.leader_of(company.team)]
            read_in_confidence(contacts[row.pk][0], leader, on=on)
    return Seeded(len(rows), sum(map(len, contacts.values())), sum(map(len, told.values())))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def _hire(random: Random, password: str) -> Staff:
    teams, users = {}, {}
    for region, names in cast.REGIONS.items():
        teams[region] = Team.objects.create(id=next_id(random), name=region)
        for name in names:
            teams[name] = Team.objects.create(id=next_id(random), name=name, parent=teams[region])
    posts = [(name, teams[region], MembershipRole.LEADER) for region, name in cast.LEADERS.items()]
    posts += [(name, teams[team], MembershipRole.MANAGER) for team, names in cast.MANAGERS.items() for name in names]
    for name, team, role in posts:
        users[name] = _person(random, name, password)
        Membership.objects.create(user=users[name], team=team, role=role)
    users[cast.ADMINISTRATOR] = _person(random, cast.ADMINISTRATOR, password, is_admin=True)
    return Staff(teams, users)


def _person(random: Random, name: str, password: str, *, is_admin: bool = False) -> User:
    """Those who sign in get the password, the others none."""
    if name in cast.SIGN_INS:
        return User.objects.create_user(
            cast.SIGN_INS[name][0], password, id=next_id(random), name=name, is_admin=is_admin
        )
    email = fold(name).replace(" ", ".") + "@demo.example"
    return User.objects.create_user(email, None, id=next_id(random), name=name)


def _account(random: Random, company: Company, staff: Staff, segments: dict[str, Segment], on: date) -> Account:
    return Account(
        id=next_id(random),
        name=company.name,
        name_sort=fold(company.name),
        owner=staff.users[company.manager],
        team=staff.teams[company.team],
        segment=segments[company.segment],
        tier="" if company.lifecycle == Lifecycle.PROSPECT else company.tier,
        lifecycle=Lifecycle.ACTIVE if company.lifecycle == Lifecycle.LOST else company.lifecycle,
        customer_since=company.customer_since,
        renewal_on=company.renewal_on,
        industry=company.industry,
        country=company.country,
        website=f"https://{fold(company.name).replace(' ', '-')}.example",
        employees=company.employees,
        company_revenue=company.company_revenue,
        account_revenue=company.account_revenue,
        acquired_via=company.acquired_via,
        created_by=staff.users[company.manager],
        created_at=(known := _morning(company.customer_since or on - PROSPECTS_KNOWN_FOR)),
        changed_at=known,
    )


def _contacts(random: Random, account: Account, company: Company) -> list[Contact]:
    count = {"A": 5, "B": 4, "C": 3, "D": 2}[company.tier]
    firsts, lasts = random.sample(cast.FIRST_NAMES, count), random.sample(cast.LAST_NAMES, count)
    domain = fold(company.name).replace(" ", "-")
    return [
        Contact(
            id=next_id(random),
            account=account,
            first_name=first,
            last_name=last,
            name_sort=fold(f"{last} {first}"),
            job_title=title,
            email=f"{fold(first)}.{fold(last)}@{domain}.example",
            phone=f"+00 {random.randint(100, 999)} {random.randint(1000, 9999)}",
            buying_roles=roles,
            influence=influence,
            stance=random.choice((-1, 0, 1, 1, 2)),
            private_notes=PRIVATE.get(company.story, "") if turn == 0 else "",
            communication_style=style,
            created_by=account.owner,
            created_at=account.created_at,
            changed_at=account.created_at,
        )
        for turn, (first, last, (title, roles, influence, style)) in enumerate(
            zip(firsts, lasts, random.sample(cast.CONTACT_ROLES, count), strict=True)
        )
    ]


def _lifecycle(rows: Iterable[Account], on: date) -> None:
    LifecycleEvent.objects.bulk_create(
        LifecycleEvent(account=row, kind=LifecycleEventKind.WON, occurred_on=row.customer_since, created_by=row.owner)
        for row in rows
        if row.customer_since and row.lifecycle in CUSTOMER_LIFECYCLES
    )


def _account_teams(random: Random, rows: list[Account], staff: Staff) -> dict[UUID, UUID]:
    """Tier A has the leader of the region as executive sponsor; every fourth big account a colleague of the team.

    Answers account → sponsor.
    """
    members, sponsors = [], {}
    for row in rows:
        owner, team = row.owner, row.team
        if owner is None or team is None or row.tier not in ("A", "B"):
            continue
        joined = {"account": row, "created_at": row.created_at, "created_by": owner}
        if row.tier == "A":
            leader = staff.users[cast.leader_of(team.name)]
            sponsors[row.pk] = leader.pk
            members.append(AccountMember(user=leader, role=MemberRole.EXECUTIVE_SPONSOR, **joined))
        mate = next(name for name in cast.MANAGERS[team.name] if name != owner.name)
        if random.random() < 0.25:
            members.append(AccountMember(user=staff.users[mate], role=random.choice(BESIDE_THE_OWNER), **joined))
    AccountMember.objects.bulk_create(members)
    return sponsors


def _live(
    random: Random,
    rows: list[Account],
    known: Known,
    told: dict[UUID, list[Event]],
    leaving: dict[UUID, date],
    on: date,
) -> None:
    """Write the touchpoints in the order they happened; after every week let the services draw their conclusions."""
    timeline = sorted(
        ((event.occurred_at, account_id, event) for account_id, events in told.items() for event in events),
        key=lambda item: item[:2],
    )
    position = 0
    for step, moment in enumerate(_moments(timeline[0][0].date(), on)):
        week = []
        while position < len(timeline) and timeline[position][0] < moment:
            week.append(timeline[position][1:])
            position += 1
        write_touchpoints(random, week, known)
        _lose([row for row in rows if row.pk in leaving and leaving[row.pk] <= moment.date()], leaving)
        ids = list(known.owners)
        if step % 8 == 1:
            _let_the_planner_know()
        reconcile(ids, now=moment)
        escalate_flags(now=moment)
        recompute(ids, as_of=moment)


def _let_the_planner_know() -> None:
    """Inside one transaction nobody else gathers statistics; without them the services' plans are poor."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_account, touchpoints_touchpoint, touchpoints_checkin, touchpoints_staleflag")


def _moments(start: date, on: date) -> list[datetime]:
    """Every fourth week at first, weekly in the last half year, daily in the last fortnight; last that of `on`."""
    weeks = (on - start).days // 7
    days = [on - timedelta(days=n) for n in range(15)]
    days += [on - timedelta(weeks=n) for n in range(3, weeks + 1) if n <= 26 or n % 4 == 0]
    return [_morning(day) for day in sorted(set(days))]


def _lose(rows: list[Account], leaving: dict[UUID, date]) -> None:
    """Let these leave, each on its day; who left before stays as they are."""
    gone = [row for row in rows if row.lifecycle != Lifecycle.LOST]
    LifecycleEvent.objects.bulk_create(
        LifecycleEvent(account=row, kind=LifecycleEventKind.LOST, occurred_on=leaving[row.pk], created_by=row.owner)
        for row in gone
    )
    for row in gone:
        row.lifecycle, row.renewal_on = Lifecycle.LOST, None
        row.save(update_fields=["lifecycle", "renewal_on"])
