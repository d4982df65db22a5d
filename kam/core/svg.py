"""Small pictures drawn on the server: no script, no inline style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

Number = float | int | Decimal
PAD = 2.5  # room for the end dot


@dataclass(frozen=True)
class Spark:
    """A line through the known points; `x`, `y` is the end, where the dot stands."""

    points: str
    x: float
    y: float


def spark(
    values: Sequence[Number | None], *, width: int = 84, height: int = 20, least_span: float = 20.0
) -> Spark | None:
    """A sparkline of `values`, oldest first; None leaves a gap bridged. None with fewer than two points.

    The scale is the line's own, but never narrower than `least_span`, so that noise looks like noise.
    """
    known = [(i, float(v)) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return None
    heights = [v for _, v in known]
    low, high = min(heights), max(heights)
    span = max(high - low, least_span)
    floor = (low + high) / 2 - span / 2
    room = height - 2 * PAD
    across = _across(len(values), width)
    ys = [round(height - PAD - (v - floor) / span * room, 1) for v in heights]
    points = " ".join([f"{across[i][1]},{y:g}" for (i, _), y in zip(known, ys, strict=True)])
    return Spark(points, across[known[-1][0]][0], ys[-1])


@lru_cache(maxsize=64)
def _across(points: int, width: int) -> list[tuple[float, str]]:
    """Where each of so many points stands, and how that is written: the same in every line of a list."""
    step = (width - 2 * PAD) / (points - 1)
    return [(x, f"{x:g}") for x in (round(PAD + i * step, 1) for i in range(points))]


@dataclass(frozen=True)
class Part:
    name: str
    x: float
    width: float


def parts(amounts: Iterable[tuple[str, Number]], *, width: float = 100.0, gap: float = 0.3) -> list[Part]:
    """The amounts side by side on `width`, in order, empty ones left out, a hairline of ground between."""
    shown = [(name, float(amount)) for name, amount in amounts if amount > 0]
    total = sum(amount for _, amount in shown)
    room = width - gap * (len(shown) - 1)
    drawn: list[Part] = []
    x = 0.0
    for name, amount in shown:
        share = amount / total * room
        drawn.append(Part(name, round(x, 2), round(share, 2)))
        x += share + gap
    return drawn


@dataclass(frozen=True)
class Swing:
    """Gains to the right of the middle, losses to its left: where each bar begins, and its width."""

    gain_width: float
    loss_x: float
    loss_width: float


def swing(gain: Number, loss: Number, *, most: Number, width: float = 100.0) -> Swing:
    """Two bars from the middle of `width`; `most` fills a half."""
    half = width / 2
    right, left = (round(float(amount) / float(most) * half, 2) if most else 0.0 for amount in (gain, loss))
    return Swing(right, round(half - left, 2), left)
