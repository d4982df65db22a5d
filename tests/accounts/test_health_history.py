from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.health.history import HealthOn, health_delta, health_on, series_and_delta
from accounts.health.scoring import band_of
from accounts.models import Account, HealthSnapshot
from tests.accounts.health_data import account_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


def snapshot(account: Account, days_ago: int, score: int | None) -> None:
    HealthSnapshot(
        account=account, on=TODAY - timedelta(days=days_ago), score=score, band=band_of(score), weight_present=1
    ).save(force_insert=True)


def test_health_on_a_day_is_the_last_snapshot_on_or_before_it() -> None:
    account, never = account_of(), account_of(name="Never")
    snapshot(account, 10, 80)
    snapshot(account, 3, 40)
    ids = [account.pk, never.pk]
    assert health_on(ids, on=TODAY) == {account.pk: HealthOn(date(2026, 5, 29), 40, "red", 1.0)}
    assert health_on(ids, on=date(2026, 5, 29))[account.pk].score == 40
    assert health_on(ids, on=date(2026, 5, 28))[account.pk].score == 80
    assert health_on(ids, on=date(2026, 5, 21)) == {}


def test_series_has_one_score_per_week_with_the_last_on_the_day_asked() -> None:
    account, never = account_of(), account_of(name="Never")
    snapshot(account, 15, 80)
    snapshot(account, 7, None)
    snapshot(account, 0, 40)
    snapshot(account, -1, 10)  # tomorrow's must not be seen
    with CaptureQueriesContext(connection) as queries:
        found = series_and_delta([account.pk, never.pk], until=TODAY, weeks=4)
        series = {account_id: scores for account_id, (scores, _) in found.items()}
    assert series == {account.pk: [None, 80, None, 40], never.pk: [None] * 4}
    assert len(queries) == 1
    assert len(series_and_delta([account.pk], until=TODAY)[account.pk][0]) == 12


def test_series_says_of_each_week_what_the_days_themselves_say() -> None:
    account, late = account_of(), account_of(name="Late")
    for days_ago, score in (
        (99, 11),
        (84, 12),
        (77, 13),
        (76, 14),
        (75, None),
        (50, 15),
        (49, None),
        (20, 16),
        (7, 17),
        (1, 18),
    ):
        snapshot(account, days_ago, score)
    snapshot(late, 30, 90)
    ids = [account.pk, late.pk]
    weeks = [health_on(ids, on=TODAY - timedelta(weeks=back)) for back in reversed(range(12))]
    said = {pk: [week[pk].score if pk in week else None for week in weeks] for pk in ids}
    assert said[account.pk][:2] == [13, None] and said[late.pk].count(90) == 5
    assert {pk: scores for pk, (scores, _) in series_and_delta(ids, until=TODAY).items()} == said


def test_delta_needs_a_score_at_both_ends() -> None:
    moved, new, lost = account_of(), account_of(name="New"), account_of(name="Lost")
    snapshot(moved, 30, 80)
    snapshot(moved, 2, 73)
    snapshot(new, 2, 73)
    snapshot(lost, 40, 80)
    snapshot(lost, 2, None)
    ids = [moved.pk, new.pk, lost.pk]
    assert health_delta(ids, until=TODAY) == {moved.pk: -7, new.pk: None, lost.pk: None}
