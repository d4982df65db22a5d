"""Health explained, as the pages show it: bars, words and the line of the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from accounts.health.explain import Explanation, SignalExplanation
from accounts.health.registry import Evidence
from accounts.health.scoring import BandName, band_of
from accounts.models import HealthSnapshot
from kam.core.rounding import round_half_away


@dataclass(frozen=True)
class WhySignal:
    """A signal's bar: `points` of at most `most` (both None without a reading), coloured by its own reading."""

    label: str | Promise
    weight: float
    reading: float | None
    points: float | None
    most: float | None
    state: BandName
    sentence: str
    evidence: list[Evidence]


@dataclass(frozen=True)
class Why:
    """An account's number taken apart; `present_percent` is the share of weight that has a reading."""

    score: int | None
    reasons: list[str]
    cap: str  # why the band is held, in words; empty where it is not
    best: SignalExplanation | None
    present_percent: int
    as_of: datetime
    signals: list[WhySignal]


def why(explanation: Explanation) -> Why:
    return Why(
        score=explanation.score,
        reasons=explanation.reasons,
        cap=explanation.cap_sentence,
        best=explanation.raises_most,
        present_percent=int(round_half_away(explanation.weight_present * 100)),
        as_of=explanation.as_of,
        signals=[_bar(signal) for signal in explanation.signals if signal.weight],
    )


def _bar(signal: SignalExplanation) -> WhySignal:
    most = None if signal.points is None else signal.points + (signal.missing or 0.0)
    reading = None if signal.reading is None else int(round_half_away(signal.reading))
    return WhySignal(
        label=signal.label,
        weight=signal.weight,
        reading=signal.reading,
        points=signal.points,
        most=most,
        state=band_of(reading),
        sentence=signal.sentence,
        evidence=signal.evidence,
    )


@dataclass(frozen=True)
class HealthLine:
    """The score over time as step lines on a picture `WIDTH` by `HEIGHT`, broken where nothing was known."""

    strokes: list[str]
    end_y: float | None


WIDTH, HEIGHT = 560, 140


def health_line(snapshots: Sequence[HealthSnapshot], *, since: date, until: date) -> HealthLine:
    """`snapshots` oldest first; each holds until the next, the last until `until`."""
    days = max((until - since).days, 1)
    strokes: list[list[str]] = []
    y: float | None = None
    for snapshot in snapshots:
        x = (max(snapshot.on, since) - since).days / days * WIDTH
        if y is not None:
            strokes[-1].append(f"{x:.1f},{y:.1f}")
        y = None if snapshot.score is None else height_of(snapshot.score)
        if y is not None:
            if not strokes or not strokes[-1][-1].startswith(f"{x:.1f},"):
                strokes.append([])
            strokes[-1].append(f"{x:.1f},{y:.1f}")
    if y is not None:
        strokes[-1].append(f"{WIDTH},{y:.1f}")
    return HealthLine([" ".join(stroke) for stroke in strokes], y)


def height_of(score: int) -> float:
    """The y of a score; 100 lies on top."""
    return HEIGHT - score / 100 * HEIGHT
