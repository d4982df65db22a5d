import pytest

from accounts.enums import Band
from accounts.health.scoring import Score, band_of, points_of, score_of
from kam.core.rounding import round_half_away

WEIGHTS = {"recency": 25.0, "sentiment": 15.0}


@pytest.mark.parametrize(
    ("score", "band"), [(0, "red"), (49, "red"), (50, "amber"), (74, "amber"), (75, "green"), (100, "green")]
)
def test_band_changes_at_50_and_75(score: int, band: str) -> None:
    assert band_of(score) == band


def test_bands_are_those_of_the_models() -> None:
    assert {band_of(score) for score in (None, 0, 50, 75)} == set(Band.values)


def test_score_is_the_weighed_mean_of_what_is_present() -> None:
    assert score_of({"recency": 100, "sentiment": 25}, WEIGHTS) == Score(72, "amber", 1.0)  # 71.875
    assert score_of({"recency": 40}, WEIGHTS) == Score(40, "red", 0.625)


def test_score_unknown_under_half_the_weight() -> None:
    assert score_of({"sentiment": 100}, WEIGHTS) == Score(None, "unknown", 0.375)
    assert score_of({}, WEIGHTS) == Score(None, "unknown", 0.0)
    assert score_of({"a": 80}, {"a": 10, "b": 10}) == Score(80, "green", 0.5)  # half is enough


def test_score_unknown_without_any_weight() -> None:
    assert score_of({"a": 80}, {"a": 0}) == Score(None, "unknown", 0.0)
    assert score_of({}, {}) == Score(None, "unknown", 0.0)


def test_score_rounds_half_away_from_zero() -> None:
    assert score_of({"a": 62.5}, {"a": 1}).score == 63
    assert score_of({"a": 49.5}, {"a": 1}) == Score(50, "amber", 1.0)


def test_rounding_ignores_the_noise_of_float_additions() -> None:
    assert round_half_away(62.49999999999999) == 62 + 1  # 62.5 at 15 digits, as in PostgreSQL
    assert round_half_away(62.4999999) == 62


def test_points_add_up_to_the_score() -> None:
    points = points_of({"recency": 100, "sentiment": 25}, WEIGHTS)
    assert points == {"recency": 62.5, "sentiment": 9.375}
    assert points_of({}, WEIGHTS) == {}
