from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.health import engine, recompute, recompute_all
from accounts.health.scoring import READING_DIGITS, score_of
from accounts.models import Account, HealthProfile, HealthResult
from kam.core.rounding import round_half_away
from tests.accounts.health_data import (
    NOON,
    WHY,
    account_of,
    made_up_signals,
    reread,
    result_of,
    set_readings,
    snapshots_of,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_recompute_stores_result_account_and_snapshot() -> None:
    account, other = account_of(), account_of(name="Other")
    with made_up_signals(a=25, b=15):
        set_readings({account.pk: {"a": 62.5}, other.pk: {"a": 1, "b": 1}})
        assert recompute([account.pk], as_of=NOON) == 1
    result = result_of(account)
    assert (result.score, result.band, result.weight_present, result.as_of) == (63, "amber", 0.625, NOON)
    assert (result.readings, result.weights) == ({"a": 62.5}, {"a": 25, "b": 15})
    assert snapshots_of(account) == [("2026-06-01", 63, "amber")]
    assert (reread(account).health, reread(account).health_band, reread(account).version) == (63, "amber", 1)
    assert reread(other).health is None


def test_recompute_unknown_under_half_the_weight() -> None:
    account = account_of()
    with made_up_signals(a=25, b=15):
        set_readings({account.pk: {"b": 90}})
        recompute([account.pk], as_of=NOON)
    result = result_of(account)
    assert (result.score, result.band, result.weight_present) == (None, "unknown", 0.375)
    assert (reread(account).health, reread(account).health_band) == (None, "unknown")
    assert snapshots_of(account) == [("2026-06-01", None, "unknown")]


def test_recompute_half_the_weight_is_enough() -> None:
    account = account_of()
    with made_up_signals(a=10, b=10):
        set_readings({account.pk: {"b": 90}})
        recompute([account.pk], as_of=NOON)
    assert (result_of(account).score, result_of(account).weight_present) == (90, 0.5)


@pytest.mark.parametrize("tier", ["A", "B"])
def test_weights_come_from_tier_then_default_profile_then_signal(tier: str) -> None:
    HealthProfile.objects.create(tier="A", weights={"a": 1})
    HealthProfile.objects.create(tier="", weights={"a": 2, "b": 4})
    account = account_of(tier)
    with made_up_signals(a=25, b=15):
        set_readings({account.pk: {"a": 50, "b": 50}})
        recompute([account.pk], as_of=NOON)
    assert result_of(account).weights == {"A": {"a": 1, "b": 15}, "B": {"a": 2, "b": 4}}[tier]


def test_score_of_no_signal_at_all_is_unknown() -> None:
    account = account_of()
    with made_up_signals():
        recompute([account.pk], as_of=NOON)
    assert (result_of(account).readings, result_of(account).weight_present) == ({}, 0.0)


def test_sql_and_python_score_alike() -> None:
    reading = st.none() | st.sampled_from([0, 12.5, 49.5, 62.5, 74.5, 100]) | st.floats(0, 100)
    weight = st.sampled_from([0, 5, 10, 15, 25]) | st.decimals(0, 100, places=2).map(float)
    keys = ("a", "b", "c", "d")
    accounts = [account_of(name=f"Number {number}") for number in range(4)]
    profile = HealthProfile.objects.create(tier="", weights={})

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(*[reading] * 4), min_size=4, max_size=4), st.tuples(*[weight] * 4))
    def alike(rows: list[tuple[float | None, ...]], weights: tuple[float, ...]) -> None:
        profile.weights = dict(zip(keys, weights, strict=True))
        profile.save()
        given_readings = {
            account.pk: {key: value for key, value in zip(keys, row, strict=True) if value is not None}
            for account, row in zip(accounts, rows, strict=True)
        }
        set_readings(given_readings)
        recompute(list(given_readings), as_of=NOON)
        for account in accounts:
            stored = result_of(account)
            readings = {
                key: float(round_half_away(value, READING_DIGITS)) for key, value in given_readings[account.pk].items()
            }
            expected = score_of(readings, profile.weights)
            assert stored.readings == readings
            assert (stored.score, stored.band, stored.weight_present) == (
                expected.score,
                expected.band,
                expected.weight_present,
            )
            assert (reread(account).health, reread(account).health_band) == (expected.score, expected.band)

    with made_up_signals(a=1, b=1, c=1, d=1):
        alike()


def test_nothing_is_written_where_nothing_changed() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        assert recompute([account.pk], as_of=NOON) == 1
        before = row_versions(account)
        assert recompute([account.pk], as_of=NOON) == 0
        assert recompute_all(as_of=NOON + DAY) == 0
        assert row_versions(account) == before


def row_versions(account: Account) -> list[str]:
    """The transaction and place of every row that health writes: any UPDATE moves them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT xmin::text || ctid FROM accounts_account WHERE id = %(id)s
            UNION ALL SELECT xmin::text || ctid FROM accounts_healthresult WHERE account_id = %(id)s
            UNION ALL SELECT xmin::text || ctid FROM accounts_healthsnapshot WHERE account_id = %(id)s
            """,
            {"id": account.pk},
        )
        return [row[0] for row in cursor.fetchall()]


def test_recompute_moves_as_of_of_an_unchanged_result() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        recompute([account.pk], as_of=NOON)
        assert recompute([account.pk], as_of=NOON + DAY) == 0
    assert result_of(account).as_of == NOON + DAY
    assert snapshots_of(account) == [("2026-06-01", 80, "green")]


def test_snapshot_is_one_per_day_and_only_on_change() -> None:
    account = account_of()
    with made_up_signals(a=2, b=1):
        for hours, readings in [(0, {"a": 40}), (1, {"a": 60}), (25, {"a": 60}), (49, {"a": 60, "b": 60})]:
            set_readings({account.pk: readings})
            recompute([account.pk], as_of=NOON + timedelta(hours=hours))
    # Day 1 keeps its last value, day 2 changed nothing, on day 3 only weight_present did.
    assert snapshots_of(account) == [("2026-06-01", 60, "amber"), ("2026-06-03", 60, "amber")]


def test_snapshot_date_is_local_to_the_reporting_zone(settings: object) -> None:
    settings.REPORTING_ZONE = "Asia/Tokyo"  # type: ignore[attr-defined]
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        recompute([account.pk], as_of=datetime(2026, 6, 1, 15, 30, tzinfo=UTC))
    assert snapshots_of(account) == [("2026-06-02", 80, "green")]


def test_sweep_leaves_a_result_of_a_later_instant() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        recompute([account.pk], as_of=NOON + DAY)
        set_readings({account.pk: {"a": 20}})
        assert recompute_all(as_of=NOON) == 0
        assert result_of(account).score == 80
        assert recompute([account.pk], as_of=NOON) == 1  # a service knows better
    assert (result_of(account).score, reread(account).health) == (20, 20)


def test_sweep_in_chunks_reaches_every_account_once() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(7)]
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": number * 10} for number, account in enumerate(accounts)})
        assert recompute_all(as_of=NOON, chunk=3) == 7
        assert recompute_all(as_of=NOON, chunk=7) == 0
    assert [reread(account).health for account in accounts] == [0, 10, 20, 30, 40, 50, 60]


def test_everybody_at_once_comes_to_the_same_as_in_chunks() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(3)]
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 40 * number} for number, account in enumerate(accounts)})
        assert engine.recompute_at_once(as_of=NOON) == 3
        assert recompute_all(as_of=NOON) == 0
        set_readings({account.pk: {"a": 40} for account in accounts})
        recompute([accounts[2].pk], as_of=NOON + 2 * DAY)
        assert engine.recompute_at_once(as_of=NOON + DAY) == 1  # one was right, one is of a later instant
    assert [reread(account).health for account in accounts] == [40, 40, 40]
    assert snapshots_of(accounts[0]) == [("2026-06-01", 0, "red"), ("2026-06-02", 40, "red")]


def test_many_accounts_go_through_the_temporary_table_with_equal_results() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(5)]
    with made_up_signals(a=1), patch.object(engine, "SMALL", 2), patch.object(engine, "CHUNK", 2):
        set_readings({account.pk: {"a": number * 10} for number, account in enumerate(accounts)})
        assert recompute([account.pk for account in accounts], as_of=NOON) == 5
    assert [reread(account).health for account in accounts] == [0, 10, 20, 30, 40]


def test_recompute_of_1_and_of_50_accounts_asks_as_many_queries() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(50)]
    counts = []
    for ids in ([accounts[0].pk], [account.pk for account in accounts]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            recompute(ids, as_of=NOON)
        counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
    assert counts == [4, 4]


def test_recompute_of_unknown_ids_and_of_none_is_harmless() -> None:
    account = account_of()
    Account.objects.all_for_system(reason=WHY).filter(pk=account.pk).delete()
    assert recompute([account.pk], as_of=NOON) == 0
    assert recompute([], as_of=NOON) == 0
    assert HealthResult.objects.all_for_system(reason=WHY).count() == 0


def test_changed_at_never_moves_back() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        recompute([account.pk], as_of=datetime(2020, 1, 1, tzinfo=UTC))
        assert reread(account).changed_at == account.changed_at
        set_readings({account.pk: {"a": 70}})
        later = account.changed_at + DAY
        recompute([account.pk], as_of=later)
    assert reread(account).changed_at == later
