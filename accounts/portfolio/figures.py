"""Customers counted and valued by band, owner and team; every figure knows the list it opens.

Sums are made in the reporting currency only; money in other currencies stands beside them, never in them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from accounts.choices import Placed, TeamTree
from accounts.enums import BANDS, Band
from accounts.filters import NONE, moved_value
from accounts.health.scoring import BandName, band_of
from accounts.rollup.reading import REST, Cell
from accounts.rollup.year import Kept
from kam.core.rounding import round_half_away


@dataclass
class Tally:
    """Counts and values of a set of accounts; `value` and its kin are in the reporting currency.

    `valued` accounts have such a value, `foreign` ones one in another currency;
    `known` ones have a health, `points` and `squares` sum it and its square.
    """

    count: int = 0
    value: Decimal = Decimal(0)
    others: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    band_values: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(BANDS, Decimal(0)))
    stale: int = 0
    down: int = 0
    down_value: Decimal = Decimal(0)
    valued: int = 0
    foreign: int = 0
    known: int = 0
    points: int = 0
    squares: int = 0
    kept: int = 0
    periods: int = 0

    @property
    def regularity(self) -> int | None:
        """The share of cadence periods kept in 12 months, in percent; None where there was none."""
        return int(round_half_away(100 * self.kept / self.periods)) if self.periods else None

    @property
    def mean(self) -> float | None:
        """The mean health of those that have one."""
        return self.points / self.known if self.known else None

    @property
    def spread(self) -> float | None:
        """The standard deviation of health; None for fewer than two accounts."""
        if self.known < 2:
            return None
        return max(0.0, self.squares / self.known - (self.points / self.known) ** 2) ** 0.5

    @property
    def mean_band(self) -> BandName:
        return band_of(None if self.mean is None else int(round_half_away(self.mean)))

    @property
    def spread_line(self) -> tuple[str, str, str]:
        """Where the mean stands on a line of 100, and where the spread around it begins and how wide it is."""
        mean, spread = self.mean or 0.0, self.spread or 0.0
        left, right = max(0.0, mean - spread), min(100.0, mean + spread)
        return f"{min(98.0, max(0.0, mean - 1)):.1f}", f"{left:.1f}", f"{right - left:.1f}"

    @property
    def others_listed(self) -> list[tuple[str, Decimal]]:
        return sorted(self.others.items())

    def add(self, cell: Cell) -> None:
        """Add a cell of accounts, or one of rhythm (`kept` of `periods`)."""
        if "periods" in cell:
            self.kept += cell["kept"]
            self.periods += cell["periods"]
            return
        self.count += cell["n"]
        self.bands[cell["health_band"]] += cell["n"]
        self.stale += cell["silent"]
        self.down += cell["fell"]
        self.known += cell["known"]
        self.points += cell["points"] or 0
        self.squares += cell["squares"] or 0
        value, fell_value = cell["value"] or Decimal(0), cell["fell_value"] or Decimal(0)
        if cell["currency"] == settings.REPORTING_CURRENCY:
            self.value += value
            self.valued += cell["valued"]
            self.band_values[cell["health_band"]] += value
            self.down_value += fell_value
        elif value:
            self.others[cell["currency"]] += value
            self.foreign += cell["valued"]


@dataclass(frozen=True)
class Figures:
    """A tally and the list behind it: `href` shows exactly its accounts, and so do the narrower links.

    `days` is the period over which accounts moved; `key` the owner or team it is of, None for nobody's and the whole.
    """

    label: str
    tally: Tally
    query: dict[str, str]
    days: int
    key: UUID | None = None

    @property
    def href(self) -> str:
        return self._list()

    @property
    def value_href(self) -> str:
        return self._list(ordering="-account_revenue")

    @property
    def stale_href(self) -> str:
        return self._list(stale="true", ordering="stale_at")

    @property
    def down_href(self) -> str:
        return self._list(moved=moved_value("down", self.days), ordering="health")

    @property
    def unknown_href(self) -> str:
        return self._list(health_band=Band.UNKNOWN.value)

    def band_href(self, band: str) -> str:
        return self._list(health_band=band)

    @property
    def bands(self) -> list[tuple[str, str, int, Decimal, str]]:
        """(band, word, count, value, list), worst first."""
        tally = self.tally
        return [
            (band.value, str(band.label), tally.bands[band], tally.band_values[band], self.band_href(band.value))
            for band in Band
        ]

    @cached_property
    def _whole(self) -> str:
        return f"{_list_page()}?{urlencode(self.query)}"

    def _list(self, **narrower: str) -> str:
        """`narrower` names other filters than `query` does."""
        return f"{self._whole}{_narrower(**narrower)}"


@cache
def _list_page() -> str:
    return reverse("account_list")


@lru_cache(maxsize=64)
def _narrower(**query: str) -> str:
    """The end of an address: the same few for all rows of a table."""
    return f"&{urlencode(query)}" if query else ""


def kept_cells(kept: list[Kept], listed: dict[UUID | None, str] | None = None) -> list[Cell]:
    """Cells of rhythm; with `listed` those of owners who are not in it are REST's."""
    rest = (REST, "")
    named = {owner_id: (owner_id, name) for owner_id, name in (listed or {}).items()}
    owners = [named.get(owner_id, rest) for owner_id, *_row in kept]
    return [
        {"owner_id": owner_id, "owner__name": name, "team_id": team_id, "kept": kept_ones, "periods": periods}
        for (owner_id, name), (_owner, team_id, kept_ones, periods) in zip(owners, kept, strict=True)
    ]


def figures_of(
    label: str, cells: Iterable[Cell], query: dict[str, str], *, days: int, key: UUID | None = None
) -> Figures:
    tally = Tally()
    for cell in cells:
        tally.add(cell)
    return Figures(label, tally, query, days, key)


def by_owner(cells: list[Cell], query: dict[str, str], *, days: int) -> list[Figures]:
    """A row per owner, the most valuable portfolio first; that of all others, REST, opens no list and comes last."""
    mine: dict[UUID | None, list[Cell]] = defaultdict(list)
    for cell in cells:
        mine[cell["owner_id"]].append(cell)
    rows = [
        figures_of(found[0]["owner__name"], found, query | {"owner": str(owner_id or NONE)}, days=days, key=owner_id)
        for owner_id, found in mine.items()
        if owner_id != REST
    ]
    return sorted(rows, key=lambda row: (-row.tally.value, -row.tally.count, row.label))


def by_team(
    cells: list[Cell], tree: TeamTree, teams: list[Placed], query: dict[str, str], *, days: int
) -> list[Figures]:
    """A row per team that may be chosen and holds accounts; each counts the teams below it too."""
    least = min((depth for depth, _ in teams), default=0)
    of_team: dict[UUID | None, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_team[cell["team_id"]].append(cell)
    rows = []
    for depth, node in teams:
        mine = [cell for team_id in tree.subtree(node.id) for cell in of_team.get(team_id, ())]
        label, link = "\u2003" * (depth - least) + node.name, query | {"team": str(node.id)}
        rows.append(figures_of(label, mine, link, days=days, key=node.id))
    if None in of_team:
        rows.append(figures_of("", of_team[None], query | {"team": NONE}, days=days))
    return [row for row in rows if row.tally.count]
