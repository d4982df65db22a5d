"""Recency and sentiment, against numbers worked out by hand from the domain's formulas."""

from datetime import timedelta

import pytest

from accounts.health import recompute, recompute_all
from accounts.health.explain import explain, explain_current
from accounts.models import Account
from tests.accounts.health_data import NOON, account_of, reread, result_of, snapshots_of, touch
from touchpoints.models import AccountCadence

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def readings(account: Account) -> dict[str, float]:
    recompute([account.pk], as_of=NOON)
    return result_of(account).readings


@pytest.mark.parametrize(
    ("tier", "days_ago", "reading"),
    [
        ("A", 0, 100),
        ("A", 14, 100),
        ("A", 22, 50),  # half way from 14 to 30
        ("A", 28, 12.5),
        ("A", 30, 0),
        ("A", 400, 0),
        ("B", 40, 66.6667),  # 20 of 30 days left
        ("D", 135, 50),
        ("", 90, 50),  # without a tier 60/120
    ],
)
def test_recency_falls_from_ideal_to_maximum(tier: str, days_ago: float, reading: float) -> None:
    account = account_of(tier)
    touch(account, days_ago=days_ago)
    assert readings(account) == {"recency": reading}


def test_recency_follows_the_accounts_own_cadence() -> None:
    account = account_of("A")
    AccountCadence(account=account, ideal_days=10, maximum_days=20).save(force_insert=True)
    touch(account, days_ago=15)
    assert readings(account) == {"recency": 50}


def test_recency_drops_at_once_where_ideal_is_the_maximum() -> None:
    account, late = account_of("A"), account_of("A", name="Late")
    for row, days_ago in ((account, 10), (late, 10.001)):
        AccountCadence(account=row, ideal_days=10, maximum_days=10).save(force_insert=True)
        touch(row, days_ago=days_ago)
    assert (readings(account), readings(late)) == ({"recency": 100}, {"recency": 0})


@pytest.mark.parametrize(
    "uncounted",
    [
        {"direction": "outbound"},
        {"status": "planned"},
        {"status": "cancelled"},
        {"type_key": "survey"},
        {"days_ago": -1},
    ],
)
def test_recency_looks_at_counted_contact_up_to_the_instant(uncounted: dict[str, object]) -> None:
    account = account_of("A")
    touch(account, days_ago=22)
    touch(account, **{"days_ago": 1, **uncounted})
    assert readings(account) == {"recency": 50}


def test_no_reading_without_contact_or_cadence() -> None:
    untouched, prospect = account_of("A"), account_of("A", name="Prospect", lifecycle="prospect")
    touch(prospect, days_ago=1)
    assert (readings(untouched), readings(prospect)) == ({}, {})
    assert (reread(untouched).health, reread(untouched).health_band) == (None, "unknown")


@pytest.mark.parametrize(("end", "reading"), [(-2, 0), (-1, 25), (0, 50), (1, 75), (2, 100)])
def test_sentiment_maps_to_0_to_100(end: int, reading: float) -> None:
    account = account_of("A")
    touch(account, days_ago=3, sentiment_end=end)
    assert readings(account)["sentiment"] == reading


def test_sentiment_that_is_90_days_older_weighs_half() -> None:
    account = account_of("A")
    touch(account, days_ago=0, sentiment_end=2)
    touch(account, days_ago=90, sentiment_end=-1)
    # (100 × 1 + 25 × ½) ÷ 1½
    assert readings(account) == {"recency": 100, "sentiment": 75}


def test_sentiment_counts_completed_touchpoints_of_365_days_in_any_direction() -> None:
    account = account_of("A")
    touch(account, days_ago=364.9, sentiment_end=0, direction="outbound")
    touch(account, days_ago=365, sentiment_end=2)
    touch(account, days_ago=-0.1, sentiment_end=2)
    touch(account, days_ago=5, status="cancelled")
    touch(account, days_ago=5, sentiment_start=2)
    assert readings(account)["sentiment"] == 50


def test_health_of_an_account_by_hand() -> None:
    account = account_of("A")
    touch(account, days_ago=22, sentiment_end=2, subject="Renewal")
    touch(account, days_ago=112, sentiment_end=-1, direction="outbound")
    recompute([account.pk], as_of=NOON)
    # recency 50; sentiment (100 + 25/2) ÷ 1.5 = 75; (25 × 50 + 15 × 75) ÷ 40 = 59.375
    assert (reread(account).health, reread(account).health_band) == (59, "amber")
    told = explain_current(account, now=NOON + DAY)
    assert (told.score, told.band, told.weight_present, told.as_of) == (59, "amber", 0.8, NOON)
    recency, sentiment, _ = told.signals
    assert (recency.reading, recency.points, recency.missing) == (50, 31.25, 31.25)
    assert (sentiment.reading, sentiment.points, sentiment.missing) == (75, 28.125, 9.375)
    assert [(one.label, one.share) for one in recency.evidence] == [("Renewal", 50)]
    assert [one.value for one in sentiment.evidence] == [100, 25]
    assert [one.share for one in sentiment.evidence] == pytest.approx([66.6667, 8.3333], abs=1e-3)
    assert told.raises_most == recency
    assert told.reasons == [
        "No two-way contact for 23 days; its cadence allows 30",
    ]
    assert sentiment.sentence == "1 of 2 touchpoints ended badly in the last year"


def test_explanation_of_an_unknown_account_says_what_is_missing() -> None:
    account = account_of("A")
    told = explain_current(account, now=NOON)
    assert (told.score, told.band, told.raises_most) == (None, "unknown", None)
    assert told.reasons == [
        "No two-way contact yet",
        "Nobody recorded how a touchpoint ended in the last year",
    ]


def test_sentiment_alone_is_under_half_the_weight() -> None:
    account = account_of("A")
    touch(account, days_ago=1, direction="outbound", sentiment_end=2)
    recompute([account.pk], as_of=NOON)
    assert (result_of(account).score, result_of(account).weight_present) == (None, 0.3)


def test_time_alone_moves_health_and_the_past_can_be_asked() -> None:
    account = account_of("A")
    touch(account, days_ago=0)
    for days in range(31):
        recompute_all(as_of=NOON + days * DAY)
    scores = [score for _, score, _ in snapshots_of(account)]
    assert (scores[0], scores[-1], len(scores)) == (100, 0, 17)  # unmoved until day 14, then daily
    assert recompute_all(as_of=NOON + 60 * DAY) == 0
    assert explain(account, as_of=NOON + 22 * DAY).score == 50
