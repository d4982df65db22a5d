"""The share of revenue in each band over the last twelve months."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from accounts.enums import Band
from accounts.portfolio.figures import Tally

WIDTH, HEIGHT = 560, 160
STACK = (Band.GREEN, Band.AMBER, Band.RED, Band.UNKNOWN)  # from the top down


@dataclass(frozen=True)
class Month:
    """A day and the value in each band on it, with its share in percent."""

    on: date
    values: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.values.values(), Decimal(0))

    @cached_property
    def shares(self) -> list[tuple[str, Decimal, float]]:
        """(band, value, percent), in the order of the picture."""
        total = self.total
        return [(b.value, self.values[b], float(100 * self.values[b] / total) if total else 0.0) for b in STACK]


@dataclass(frozen=True)
class Trend:
    """Thirteen days, the last one today. Today's customers at today's value: only their bands are of the time."""

    months: list[Month]

    @property
    def is_known(self) -> bool:
        return any(month.total > month.values[Band.UNKNOWN] for month in self.months)

    @property
    def areas(self) -> list[tuple[str, str]]:
        """(band, points of a polygon) on a picture `WIDTH` by `HEIGHT`, stacked to the full height."""
        step = WIDTH / (len(self.months) - 1)
        above = [0.0] * len(self.months)
        areas = []
        for number, band in enumerate(STACK):
            heights = [month.shares[number][2] * HEIGHT / 100 for month in self.months]
            below = [top + height for top, height in zip(above, heights, strict=True)]
            if any(heights):
                there = [(i * step, y) for i, y in enumerate(above)]
                back = [(i * step, y) for i, y in enumerate(below)][::-1]
                areas.append((band.value, " ".join(f"{x:.1f},{y:.1f}" for x, y in there + back)))
            above = below
        return areas


def trend(months: dict[date, dict[str, Decimal]], tally: Tally, *, until: date) -> Trend:
    """The ends of the last twelve months, and today as `tally` has it; other currencies have no share."""
    return Trend([*(Month(on, values) for on, values in sorted(months.items())), Month(until, tally.band_values)])
