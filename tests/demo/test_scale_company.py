"""The company of any size: as many rows as were asked for, skewed, in line with its own rules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Contact, ExternalId, HealthSnapshot, RollupCell
from accounts.rollup.drift import Drift
from accounts.rollup.drift import drift as rollup_drift
from kam.core.folding import fold
from kam.demo.scale.seed import seed_at_scale
from kam.demo.seed import Seeded
from kam.people.models import Team, User
from kam.people.principal import Principal, principal_for
from touchpoints.models import CadenceState, CheckIn, StaleFlag, Touchpoint
from touchpoints.services.drift import drifted

ON = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 6, tzinfo=UTC)
SYSTEM = Principal.system("test")
SIZE = {"accounts": 340, "touchpoints": 4_000}


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Seeded]:
    """Written once for the tests that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed_at_scale(password="a password for the demo", on=ON, seed=20, **SIZE)
        transaction.set_rollback(True)


@pytest.fixture
def scale(company: Seeded, db: None) -> Seeded:
    return company


def counts() -> list[int]:
    """Touchpoints of each account, the busiest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM touchpoints_touchpoint GROUP BY account_id ORDER BY 1 DESC")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_there_are_as_many_rows_as_were_asked_for(scale: Seeded) -> None:
    on_desks = Touchpoint.objects.visible_to(SYSTEM).filter(subject="Call about the plan").count()
    assert on_desks == 2  # the two who sign in have appointments besides
    assert scale.accounts == 340
    assert scale.touchpoints == 4_000 + 2 * 7
    assert scale.contacts == Contact.objects.visible_to(SYSTEM).count() > 2 * 340


@pytest.mark.django_db
def test_a_few_accounts_have_most_touchpoints(scale: Seeded) -> None:
    found = counts()
    assert sum(found[: len(found) // 5]) > sum(found) / 2
    assert found[0] > 15 * median(found)


@pytest.mark.django_db
def test_nothing_has_drifted(scale: Seeded) -> None:
    ids = list(Account.objects.visible_to(SYSTEM).values_list("id", flat=True))
    assert drifted(ids, now=MORNING) == []
    assert rollup_drift(now=MORNING) == Drift(entries=0, cells=0)
    assert RollupCell.objects.count() > 6
    assert not Account.objects.visible_to(SYSTEM).filter(health_result=None).exists()
    for rows in (CheckIn, StaleFlag, CadenceState, ExternalId):
        assert rows.objects.visible_to(SYSTEM).count() > 20, rows
    snapshots = HealthSnapshot.objects.visible_to(SYSTEM).order_by("on")
    before = snapshots.filter(on=ON - timedelta(days=90))
    assert set(before.values_list("account_id", flat=True)) == set(ids)
    now = dict(snapshots.values_list("account_id", "score"))  # the last of each stands
    assert now == dict(Account.objects.visible_to(SYSTEM).values_list("id", "health"))
    assert snapshots.count() > 1.5 * 340  # most have moved since
    flags = StaleFlag.objects.visible_to(SYSTEM).filter(closed_at=None)
    assert set(flags.values_list("escalation", flat=True)) == {0, 1, 2}


@pytest.mark.django_db
def test_names_sort_as_the_product_folds_them(scale: Seeded) -> None:
    names = list(Account.objects.visible_to(SYSTEM).values_list("name", "name_sort"))
    assert [(name, fold(name)) for name, _ in names] == names
    assert len(set(names)) == 340
    people = list(Contact.objects.visible_to(SYSTEM).values_list("first_name", "last_name", "name_sort"))
    assert [(first, last, fold(f"{last} {first}")) for first, last, _ in people] == people


@pytest.mark.django_db
def test_who_signs_in_sees_what_the_role_says(scale: Seeded) -> None:
    seen = {
        who: Account.objects.visible_to(principal_for(User.objects.get(email=f"{who}@demo.example"))).count()
        for who in ("manager", "outsider", "leader", "admin")
    }
    assert seen["admin"] == 340
    assert 340 / 6 <= seen["manager"] < 1.3 * 340 / 6 and 340 / 6 <= seen["outsider"] < 1.3 * 340 / 6
    leader = User.objects.get(email="leader@demo.example")
    own = Team.objects.filter(parent__memberships__user=leader)
    expected = Account.objects.visible_to(SYSTEM).filter(team__in=own).count()
    assert seen["leader"] == expected and 80 < expected < 200
