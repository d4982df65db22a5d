"""Seeding at scale: the same again for the same seed, nothing of the tables lost on the way."""

import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from kam.demo.scale.seed import seed_at_scale
from kam.people.models import User
from tests.demo.test_seed import fingerprints

ON = date(2026, 11, 20)
VACUUMED = ["accounts_account", "accounts_rollupentry", "touchpoints_touchpoint"]
CATALOGUE = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""


def catalogue() -> set[str]:
    """Every index and constraint as PostgreSQL writes it; how it spells the casts in a condition is its own affair."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        return {re.sub(r"::(character varying|text)|\[\]|[()]", "", row[0]) for row in cursor.fetchall()}


@pytest.mark.django_db
def test_the_same_again_and_every_index_and_constraint_is_back() -> None:
    before, seen = catalogue(), []
    for password in ("one password", "another password"):
        with transaction.atomic():
            seed_at_scale(password=password, on=ON, seed=3, accounts=60, touchpoints=300)
            assert catalogue() == before
            seen.append(fingerprints())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [["--accounts", "5"], ["--touchpoints", "100"], ["--accounts=60", "--touchpoints=-1"]])
def test_a_size_that_is_no_company_is_refused(size: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_DEMO_PASSWORD", "a password for the demo")
    with pytest.raises(CommandError, match=r"--(accounts|touchpoints)"):
        call_command("seed_demo", *size)
    assert not User.objects.exists()


def vacuumed() -> dict[str, int]:
    """How often each table was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, vacuum_count FROM pg_stat_user_tables WHERE relname = ANY(%s)", [VACUUMED])
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_what_was_seeded_is_vacuumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_DEMO_PASSWORD", "a password for the demo")
    before = vacuumed()
    call_command("seed_demo", "--accounts=60", "--touchpoints=300", stdout=StringIO())
    assert vacuumed() == {table: before[table] + 1 for table in VACUUMED}
