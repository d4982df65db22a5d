"""One account that went silent, and what logging must make of it, computed by hand from domain.md."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from accounts.models import Account
from kam.core import clock
from tests.factories import make_account, make_contact, make_touchpoint
from tests.personas import People, principal
from touchpoints.models import CheckIn, StaleFlag, Touchpoint

WHY = {"reason": "tests"}
NAME = "Silent Mills"
SILENT_DAYS = 40
DUE_DAYS = 18


def silent_account(people: People) -> Account:
    """Tier A wants contact every 14 days, at most 30: the last one was 40 days ago and ended badly (−1)."""
    by = principal(people.owner)
    account = make_account(
        by, name=NAME, tier="A", lifecycle="active", account_revenue="90000.00", currency="EUR", owner=people.owner
    )
    make_contact(account, by, first_name="Mara", last_name="Keller", job_title="Head of purchasing")
    make_touchpoint(account, by, days_ago=SILENT_DAYS, sentiment_end=-1, subject="Late delivery")
    return account


def due_account(people: People, name: str) -> Account:
    """Like the silent one, but 18 days ago: its check-in is some days overdue, and it is not stale yet."""
    by = principal(people.owner)
    account = make_account(
        by, name=name, tier="A", lifecycle="active", account_revenue="60000.00", currency="EUR", owner=people.owner
    )
    make_contact(account, by, first_name="Ida", last_name=name, phone="+49 30 1234", email="ida@due.example")
    make_touchpoint(account, by, days_ago=DUE_DAYS, sentiment_end=-1, subject="First order")
    return account


@dataclass(frozen=True)
class Standing:
    """How things stand with an account, read from the database."""

    health: int | None
    flag: UUID | None
    check_in: UUID | None
    check_in_on: date | None
    last_touch_at: datetime | None


def standing(account: Account) -> Standing:
    now = Account.objects.all_for_system(**WHY).get(pk=account.pk)
    flag = StaleFlag.objects.all_for_system(**WHY).filter(account=account, closed_at=None).first()
    due = CheckIn.objects.all_for_system(**WHY).filter(account=account, status="open").first()
    return Standing(now.health, flag and flag.pk, due and due.pk, due and due.due_on, now.last_touch_at)


def newest(account: Account) -> Touchpoint:
    return Touchpoint.objects.all_for_system(**WHY).filter(account=account).order_by("-created_at")[0]


def health_by_hand(*, days_silent: float, ends: list[tuple[float, int]]) -> int:
    """Recency (weight 25) and sentiment (15) of a tier A account; `ends`: (age in days, end sentiment −2…+2).

    Recency: 100 until day 14, then linearly to 0 on day 30. Sentiment: each end mapped to 0…100 and weighed
    2^(−age/90). The score is their weighted mean, rounded half up.
    """
    recency = 100.0 if days_silent <= 14 else max(0.0, 100 * (30 - days_silent) / (30 - 14))
    weights = [2 ** (-age / 90) for age, _ in ends]
    values = [(end + 2) / 4 * 100 for _, end in ends]
    sentiment = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    return int((25 * recency + 15 * sentiment) / (25 + 15) + 0.5)


def check_in_by_hand(touched_at: datetime) -> date:
    """14 days after the touch's local date (UTC in tests), moved to Monday from a weekend."""
    due = touched_at.astimezone(UTC).date() + timedelta(days=14)
    return due + timedelta(days={6: 2, 7: 1}.get(due.isoweekday(), 0))


def is_just_now(moment: datetime | None) -> bool:
    return moment is not None and abs(clock.now() - moment) < timedelta(minutes=2)
