"""Why a score moved: which signal's change moved it most. Pure arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """The signal `key` read `before` and reads `after` (None: no evidence), which moved the score by `effect`."""

    key: str
    before: float | None
    after: float | None
    effect: float


def cause_of_move(then: Mapping[str, float], now: Mapping[str, float], weights: Mapping[str, float]) -> Cause | None:
    """The signal that explains most of the move between two sets of readings, by today's weights.

    Each signal in turn is put back to what it was: what the score gains or loses by that is its effect.
    None where no reading moved it in the score's own direction: then the weights were changed.
    """
    was, is_now = _mean(then, weights), _mean(now, weights)
    if was is None or is_now is None:
        return None
    causes = []
    for key in weights:
        before, after = then.get(key), now.get(key)
        if before == after:
            continue
        without = {**now, key: before} if before is not None else {k: v for k, v in now.items() if k != key}
        undone = _mean({k: v for k, v in without.items() if v is not None}, weights)
        causes.append(Cause(key, before, after, is_now - (was if undone is None else undone)))
    sign = 1 if is_now >= was else -1
    towards = [cause for cause in causes if cause.effect * sign > 0]
    return max(towards, key=lambda cause: cause.effect * sign, default=None)


def _mean(readings: Mapping[str, float], weights: Mapping[str, float]) -> float | None:
    """The score before rounding, however little of the weight has a reading."""
    present = sum(weight for key, weight in weights.items() if key in readings)
    return sum(readings[key] * weights[key] for key in weights if key in readings) / present if present else None
