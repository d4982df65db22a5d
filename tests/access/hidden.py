"""Rows that somebody does not see, as like to those they see as can be: the same names, subjects, ids and times."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from accounts.duplicates.finding import find_pairs
from accounts.models import Account, AccountMember, AccountTag, ExternalId, Favourite, Tag
from accounts.rollup import jobs
from kam.people.models import Team, User
from kam.people.principal import Principal
from tests.factories import make_account, make_contact, make_touchpoint
from touchpoints.services.reconcile import reconcile

SYSTEM = Principal.system("tests")
SEEN, PERSON, SUBJECT = "Marine Logistics", ("Kenji", "Mori"), "Yearly review"
TWINS = ("Marine Logistics GmbH", "Marine Logistcs", "Marine Logistics Europe", "Dockyard")  # of it, and seen
WEBSITE, EMAIL, PHONE, CALLED = "https://www.marine.example", "kenji@marine.example", "+49 30 1234567", "marine-0"
NAMES = (SEEN, *TWINS, "Marine Logistic", "Marine", "A", "Zulu Marine", "Müller & Söhne", "logistics marine", "マリン")
AGES = (-3, 0, 1, 40, 400)


@dataclass(frozen=True)
class Hidden:
    """One account and what belongs to it, for somebody else to have."""

    name: str
    tier: str
    lifecycle: str
    ages: tuple[int, ...]  # of touchpoints, in days; below 0 an appointment
    has_person: bool
    is_twin: bool  # has the website and the phone number of those that are seen
    is_tagged: bool
    is_watched: bool
    is_child: bool


hidden_accounts = st.lists(
    st.builds(
        Hidden,
        name=st.sampled_from(NAMES) | st.text(alphabet="marine lógistcs", min_size=1, max_size=20).filter(str.strip),
        tier=st.sampled_from(["", "A", "D"]),
        lifecycle=st.sampled_from(["prospect", "active"]),
        ages=st.lists(st.sampled_from(AGES), max_size=3).map(tuple),
        has_person=st.booleans(),
        is_twin=st.booleans(),
        is_tagged=st.booleans(),
        is_watched=st.booleans(),
        is_child=st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


def plant(rows: list[Hidden], *, owner: User | None, team: Team | None, parent: Account, now: datetime) -> None:
    """Each as somebody else's, and all that follows from it: check-ins, flags, health, counted figures, duplicates."""
    planted = [_plant(row, number, owner, team, parent, now) for number, row in enumerate(rows)]
    reconcile([account.pk for account in planted], now=now)
    jobs.catch_up(now, now)
    find_duplicates()


def find_duplicates() -> None:
    """Among all accounts, as the worker does once each of them changed."""
    find_pairs(list(Account.objects.visible_to(SYSTEM).values_list("pk", flat=True)))


def _plant(row: Hidden, number: int, owner: User | None, team: Team | None, parent: Account, now: datetime) -> Account:
    account = make_account(
        SYSTEM, now, name=row.name, tier=row.tier, lifecycle=row.lifecycle, owner=owner, team=team,
        parent=parent if row.is_child else None, account_revenue="9999999", industry="Shipping",
        customer_since=now.date() - timedelta(days=90 * (number + 1)) if row.lifecycle == "active" else None,
        external_ref=("crm", f"A-{number}"), website=WEBSITE if row.is_twin else "",
    )  # fmt: skip
    first, last = PERSON
    people = []
    if row.has_person:
        people.append(
            make_contact(account, first_name=first, last_name=last, email=EMAIL, phone=PHONE if row.is_twin else "")
        )
    for age in row.ages:
        make_touchpoint(
            account, days_ago=age, now=now, subject=SUBJECT, contacts=people, sentiment_end=None if age < 0 else -2
        )
    if row.is_tagged:
        AccountTag(account=account, tag=Tag.objects.get(name="Strategic"), created_at=now).save(force_insert=True)
    if row.is_watched and owner:
        Favourite(account=account, user=owner).save(force_insert=True)
        AccountMember(account=account, user=owner).save(force_insert=True)
    ExternalId(account=account, source="ledger", external_id=f"marine-{number}").save(force_insert=True)
    return account
