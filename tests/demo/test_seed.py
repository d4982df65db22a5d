"""The demo company: the same for the same seed and day, and believable in every number."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from accounts.models import Account, Contact, HealthSnapshot
from kam.demo.seed import seed_demo
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInStatus
from touchpoints.models import CheckIn, StaleFlag, Touchpoint

ON = date(2026, 11, 20)
SYSTEM = Principal.system("test")
WRITTEN = {
    "accounts": "SELECT id, name, tier, lifecycle, owner_id, last_touch_at, stale_at, health FROM accounts_account",
    "touchpoints": "SELECT id, account_id, type_id, occurred_at, sentiment_end FROM touchpoints_touchpoint",
    "check-ins": "SELECT account_id, period_on, due_on, status FROM touchpoints_checkin",
    "snapshots": 'SELECT account_id, "on", score, band FROM accounts_healthsnapshot',
}


def fingerprints() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for name, rows in WRITTEN.items():
            cursor.execute(f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM ({rows}) r")
            found[name] = cursor.fetchone()[0]
    return found


@pytest.fixture
def demo(db: None) -> None:
    seed_demo(password="a password for the demo", on=ON, accounts=60)


@pytest.mark.django_db
def test_same_seed_and_day_give_the_same_company() -> None:
    seen = []
    for password in ("one password", "another password"):
        with transaction.atomic():
            seed_demo(password=password, on=ON, accounts=24)
            seen.append(fingerprints())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


@pytest.mark.django_db
def test_every_number_is_believable(demo: None) -> None:
    accounts = Account.objects.visible_to(SYSTEM)
    bands = {band: accounts.filter(health_band=band).count() for band in ("red", "amber", "green", "unknown")}
    assert sum(bands.values()) == 60
    assert bands["green"] > bands["red"] > 0 and bands["amber"] > 0
    morning = Touchpoint.objects.visible_to(SYSTEM).order_by("-occurred_at").values_list("occurred_at", flat=True)[0]
    assert morning.date() < ON
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
def test_a_database_with_people_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("somebody@test.example", None, name="Somebody")
    monkeypatch.setenv("KAM_DEMO_PASSWORD", "a password for the demo")
    with pytest.raises(CommandError, match="people in this database"):
        call_command("seed_demo")
    assert Account.objects.visible_to(SYSTEM).count() == 0


@pytest.mark.django_db
def test_rows_were_entered_when_they_happened(demo: None) -> None:
    for model in (Account, Contact, Touchpoint):
        rows = model.objects.visible_to(SYSTEM)
        assert rows.exists()
        assert not rows.filter(created_at__gt=F("changed_at")).exists()
        assert not rows.filter(created_at__date__gte=ON).exists()
    assert not Touchpoint.objects.visible_to(SYSTEM).filter(created_at__lt=F("occurred_at")).exists()


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
