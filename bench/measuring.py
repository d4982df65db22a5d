"""The arithmetic: two ways of doing the same, turn by turn, and the median of three rounds' ratios."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

ROUNDS = 3
WARM_UP = 8


@dataclass(frozen=True)
class Timing:
    """Medians in ms of either, and the median over the rounds of their ratio."""

    app_ms: float
    floor_ms: float
    ratio: float


def compare(app: Callable[[], Any], floor: Callable[[], Any], *, times: int, warm_up: int = WARM_UP) -> Timing:
    """Call both in turn, `times` times in each of three rounds, so that a busy moment hits both alike."""
    for _ in range(warm_up):
        app()
        floor()
    rounds = []
    for _ in range(ROUNDS):
        ours, raw = [], []
        for _ in range(times):
            ours.append(elapsed_ms(app))
            raw.append(elapsed_ms(floor))
        rounds.append((median(ours), median(raw)))
    return timing(rounds)


def timing(rounds: list[tuple[float, float]]) -> Timing:
    """Of (app, floor) medians, one pair a round."""
    return Timing(
        median(app for app, _ in rounds),
        median(floor for _, floor in rounds),
        median(app / floor for app, floor in rounds),
    )


def elapsed_ms(work: Callable[[], Any]) -> float:
    begun = perf_counter()
    work()
    return (perf_counter() - begun) * 1000


@dataclass(frozen=True)
class Row:
    """A line of the table: what was found, and what was wanted (at most, or with `at_least` at least)."""

    number: str
    job: str
    scale: str
    found: float
    target: float
    unit: str = "×"
    at_least: bool = False
    app_ms: float | None = None
    floor_ms: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.found >= self.target if self.at_least else self.found <= self.target

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def ratio_row(number: str, job: str, scale: str, found: Timing, target: float, **more: Any) -> Row:
    return Row(number, job, scale, found.ratio, target, app_ms=found.app_ms, floor_ms=found.floor_ms, **more)


def table(rows: list[Row]) -> str:
    """The rows as text in columns."""
    head = ("#", "job", "accounts", "kam ms", "floor ms", "found", "target", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    left = {0, 1, 2, 7}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    said = "met" if row.met else "NOT met"
    return (
        row.number, row.job, row.scale, _ms(row.app_ms), _ms(row.floor_ms), f"{row.found:.3g} {row.unit}",
        f"{'≥' if row.at_least else '≤'} {row.target:g} {row.unit}", f"{said} {row.note}".strip(),
    )  # fmt: skip


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
