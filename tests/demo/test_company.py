"""The demo company as it stands in the morning: believable in every number, and with work on every desk."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Contact, Favourite, HealthSnapshot, Note, SensitiveRead
from kam.demo.seed import seed_demo
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInStatus
from touchpoints.models import CheckIn, StaleFlag, Touchpoint
from touchpoints.services.reconcile import reconcile

ON = date(2026, 11, 20)
SYSTEM = Principal.system("test")


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Written once for all tests here, which only read; gone with the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(password="a password for the demo", on=ON, accounts=60)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(company: None, db: None) -> None:
    """The demo company, to be read."""


@pytest.mark.django_db
def test_every_number_is_believable(demo: None) -> None:
    accounts = Account.objects.visible_to(SYSTEM)
    bands = {band: accounts.filter(health_band=band).count() for band in ("red", "amber", "green", "unknown")}
    assert sum(bands.values()) == 60
    assert bands["green"] > bands["red"] > 0 and bands["amber"] > 0
    completed = Touchpoint.objects.visible_to(SYSTEM).filter(status="completed")
    assert completed.order_by("-occurred_at").values_list("occurred_at", flat=True)[0].date() < ON
    prospects = accounts.filter(lifecycle__in=["prospect", "lost"])
    assert not CheckIn.objects.visible_to(SYSTEM).filter(account__in=prospects, status=CheckInStatus.OPEN).exists()
    assert StaleFlag.objects.visible_to(SYSTEM).filter(closed_at__isnull=True).count() > 3
    assert HealthSnapshot.objects.visible_to(SYSTEM).count() > 3 * 60
    customers = accounts.filter(lifecycle="active")
    assert not customers.filter(customer_since__isnull=True).exists()
    assert not Touchpoint.objects.visible_to(SYSTEM).filter(occurred_at__lt=datetime(2025, 1, 1, tzinfo=UTC)).exists()


@pytest.mark.django_db
def test_demo_people_see_what_their_role_says(demo: None) -> None:
    seen = {
        who: Account.objects.visible_to(principal_for(User.objects.get(email=f"{who}@demo.example"))).count()
        for who in ("manager", "outsider", "leader", "admin")
    }
    assert seen["admin"] == 60 and seen["leader"] == 20
    assert 5 <= seen["manager"] < 20 and 5 <= seen["outsider"] < 20


@pytest.mark.django_db
def test_rows_were_entered_when_they_happened(demo: None) -> None:
    for model in (Account, Contact, Touchpoint):
        rows = model.objects.visible_to(SYSTEM)
        assert rows.exists()
        assert not rows.filter(created_at__gt=F("changed_at")).exists()
        assert not rows.filter(created_at__date__gte=ON).exists()
    touchpoints = Touchpoint.objects.visible_to(SYSTEM)
    assert not touchpoints.filter(planned_for=None, created_at__lt=F("occurred_at")).exists()
    assert not touchpoints.filter(planned_for__isnull=False, created_at__gte=F("planned_for")).exists()


@pytest.mark.django_db
def test_desks_hold_what_people_work_with(demo: None) -> None:
    planned = Touchpoint.objects.visible_to(SYSTEM).filter(status="planned")
    days = [at.date() for at in planned.values_list("planned_for", flat=True)]
    assert len(days) >= 12
    assert min(days) > ON and max(days) <= ON + timedelta(days=14)
    assert all(day.isoweekday() <= 5 for day in days)
    check_ins = CheckIn.objects.visible_to(SYSTEM)
    assert check_ins.filter(rescheduled_on__gt=ON).exclude(reschedule_reason="").count() >= 3
    assert check_ins.filter(status=CheckInStatus.SKIPPED).count() >= 3
    assert check_ins.filter(assigned_to__isnull=False).exists()
    assert Note.objects.visible_to(SYSTEM).filter(pinned=True).exists()
    milan = User.objects.get(email="manager@demo.example")
    assert Favourite.objects.visible_to(SYSTEM).filter(user=milan).count() == 3
    assert Contact.objects.visible_to(SYSTEM).exclude(private_notes="").count() == 2
    assert SensitiveRead.objects.visible_to(SYSTEM).count() == 1


@pytest.mark.django_db
def test_reviews_and_the_board_are_kept_with_most_of_tier_a(demo: None) -> None:
    first_tier = Account.objects.visible_to(SYSTEM).filter(tier="A", lifecycle="active")
    for purpose in ("business_review", "executive"):
        flags = StaleFlag.objects.visible_to(SYSTEM).filter(purpose=purpose, closed_at=None)
        waiting = flags.filter(account__in=first_tier).count()
        assert 0 < waiting < first_tier.count() / 2, purpose
    raised = StaleFlag.objects.visible_to(SYSTEM).filter(closed_at=None)
    assert set(raised.values_list("escalation", flat=True)) >= {2}


@pytest.mark.django_db
def test_nothing_is_left_to_reconcile(demo: None) -> None:
    """The demo company is in line with its own rules: the nightly repair finds nothing."""
    ids = list(Account.objects.visible_to(SYSTEM).values_list("id", flat=True))
    assert reconcile(ids, now=datetime(ON.year, ON.month, ON.day, 6, tzinfo=UTC)).total == 0


@pytest.mark.django_db
def test_nothing_is_told_twice_in_a_row_and_no_name_is_worn_out(demo: None) -> None:
    told: dict[object, list[str]] = {}
    for account_id, subject, notes in (
        Touchpoint.objects.visible_to(SYSTEM).order_by("-occurred_at").values_list("account_id", "subject", "notes")
    ):
        told.setdefault(account_id, []).append(subject + notes)
    assert all(len(set(subjects[:8])) == len(subjects[:8]) for subjects in told.values())
    stems = Counter(name.split()[0] for name in Account.objects.visible_to(SYSTEM).values_list("name", flat=True))
    assert max(stems.values()) <= 2
    outage = told[Touchpoint.objects.visible_to(SYSTEM).get(subject="Outage on a Monday morning").account_id]
    assert len(outage) > 20
