"""The demo company: the same for the same seed and day, and believable in every number."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Account
from kam.demo.seed import seed_demo
from kam.people.models import User
from kam.people.principal import Principal

ON = date(2026, 11, 20)
SYSTEM = Principal.system("test")
WRITTEN = {
    "accounts": "SELECT id, name, tier, lifecycle, owner_id, last_touch_at, stale_at, health FROM accounts_account",
    "touchpoints": "SELECT id, account_id, type_id, occurred_at, sentiment_end, status FROM touchpoints_touchpoint",
    "check-ins": "SELECT account_id, purpose, period_on, due_on, status, assigned_to_id FROM touchpoints_checkin",
    "notes": "SELECT account_id, text, pinned, created_at FROM accounts_note",
    "favourites": "SELECT account_id, user_id FROM accounts_favourite",
    "account teams": "SELECT account_id, user_id, role FROM accounts_accountmember",
    "snapshots": 'SELECT account_id, "on", score, band FROM accounts_healthsnapshot',
}


def fingerprints() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for name, rows in WRITTEN.items():
            cursor.execute(f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM ({rows}) r")
            found[name] = cursor.fetchone()[0]
    return found


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
def test_a_database_with_people_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("somebody@test.example", None, name="Somebody")
    monkeypatch.setenv("KAM_DEMO_PASSWORD", "a password for the demo")
    with pytest.raises(CommandError, match="people in this database"):
        call_command("seed_demo")
    assert Account.objects.visible_to(SYSTEM).count() == 0
