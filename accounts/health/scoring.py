"""Health arithmetic without a database, and the same rule as SQL text beside it.

A score is the mean of the readings present, weighed; readings count with READING_DIGITS decimals, as
they are stored, so that a page can add up what it shows. Tests hold the two versions against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kam.core.rounding import round_half_away

RED_BELOW, AMBER_BELOW = 50, 75
READING_DIGITS = 4

BandName = Literal["red", "amber", "green", "unknown"]


@dataclass(frozen=True)
class Score:
    """`score` 0–100, higher is healthier; None (band unknown) where under half the weight has a reading."""

    score: int | None
    band: BandName
    weight_present: float  # share of the weight that has a reading, 0–1
    capped_by: str = ""  # what holds the band at amber though the score is green


def band_of(score: int | None) -> BandName:
    """red < 50, amber < 75, green; unknown without a score."""
    if score is None:
        return "unknown"
    if score < RED_BELOW:
        return "red"
    return "amber" if score < AMBER_BELOW else "green"


def score_of(readings: Mapping[str, float], weights: Mapping[str, float], *, cap: str | None = None) -> Score:
    """Weigh `readings` (signal key → 0–100, absent: no evidence) by `weights` of all signals registered.

    `cap`, the key of a vital trouble, holds a green band at amber; the score is not touched.
    """
    present = sum(weight for key, weight in weights.items() if key in readings)
    total = sum(weights.values())
    if total <= 0:
        return Score(None, "unknown", 0.0)
    share = float(round_half_away(present / total, 4))
    if present * 2 < total:
        return Score(None, "unknown", share)
    score = int(round_half_away(sum(readings[key] * weights[key] for key in weights if key in readings) / present))
    if cap and score >= AMBER_BELOW:
        return Score(score, "amber", share, cap)
    return Score(score, band_of(score), share)


def points_of(readings: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """What each reading contributes: the points add up to the score before it is rounded."""
    present = sum(weight for key, weight in weights.items() if key in readings)
    return {key: readings[key] * weights[key] / present if present else 0.0 for key in weights if key in readings}


def scored_sql(keys: Sequence[str]) -> str:
    """`score_of` over rows of `weighed(account_id, cap, r0, w0, r1, w1 …)`, numbered in the order of `keys`."""
    numbers = range(len(keys))
    present = " + ".join(f"CASE WHEN r{n} IS NULL THEN 0 ELSE w{n} END" for n in numbers) or "0"
    total = " + ".join(f"w{n}" for n in numbers) or "0"
    points = " + ".join(f"COALESCE(r{n} * w{n}, 0)" for n in numbers) or "0"
    readings = ", ".join(f"'{key}', r{n}" for n, key in enumerate(keys))
    weights = ", ".join(f"'{key}', w{n}" for n, key in enumerate(keys))
    return f"""
        SELECT account_id, readings, weights, score, weight_present,
               CASE WHEN score IS NULL THEN 'unknown' WHEN score < {RED_BELOW} THEN 'red'
                    WHEN score < {AMBER_BELOW} OR cap IS NOT NULL THEN 'amber' ELSE 'green' END AS band,
               CASE WHEN score >= {AMBER_BELOW} AND cap IS NOT NULL THEN cap ELSE '' END AS capped_by
        FROM (
            SELECT account_id, cap, readings, weights,
                   CASE WHEN total > 0 AND present * 2 >= total
                        THEN round((points / present)::numeric)::smallint END AS score,
                   CASE WHEN total > 0 THEN round((present / total)::numeric, 4)::float8 ELSE 0 END AS weight_present
            FROM (
                SELECT account_id, cap, ({present})::float8 AS present, ({total})::float8 AS total,
                       ({points})::float8 AS points,
                       jsonb_strip_nulls(jsonb_build_object({readings})) AS readings,
                       jsonb_build_object({weights}) AS weights
                FROM weighed
            ) sums
        ) marks
    """
