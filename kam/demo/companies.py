"""The demo company's customers: who they are, how big, and what will happen to them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from kam.demo.tales import CAST

STEMS = (
    "Arven Balmora Corvalis Delmont Estrella Fjordal Glarner Havnia Iridio Jurafels Kestrel Lumina Maravel Nordlys "
    "Orvanto Pelagia Quintara Rheinau Solvang Tamarix Umbrio Valdora Westerholm Ysera Zentis Alborga Brisanda Calvera "
    "Drachten Elvika Ferrano Gotthart Hollmark Isarion Jolanda Kattegat Lindau Montero Norrvik Ostrava Piombo Querido "
    "Rosenau Sandvar Tirolia Uddeval Vesterby Wallis Xantia Ypsilon Zurla Ardenne Bellavis Cadenza Dolomar Engadin "
    "Falkenau Granvela Helvara Inverno Kronborg Levantis Mirafiel Nevada Oresund Pradella"
).split()
# Industry → what such a company calls itself.
SECTORS = {
    "Machinery": ["Machines", "Drives", "Tools"],
    "Food": ["Foods", "Dairy", "Mills"],
    "Logistics": ["Logistics", "Freight", "Lines"],
    "Health": ["Clinics", "Diagnostics", "Care"],
    "Energy": ["Energy", "Grid", "Renewables"],
    "Retail": ["Retail", "Stores", "Markets"],
    "Banking": ["Bank", "Insurance", "Capital"],
    "Public sector": ["Waterworks", "Transit", "Housing"],
}
COUNTRIES = {
    "Zurich": "Switzerland",
    "Munich": "Germany",
    "Copenhagen": "Denmark",
    "Stockholm": "Sweden",
    "Madrid": "Spain",
    "Lisbon": "Portugal",
}
SEGMENTS = ("Enterprise", "Mid-market", "Public sector")
ACQUIRED_VIA = ("Referral", "Trade fair", "Tender", "Outbound call", "Website", "Partner")

# Tier → the range of the yearly account revenue.
TIERS = {"A": (600_000, 2_400_000), "B": (180_000, 600_000), "C": (40_000, 180_000), "D": (5_000, 40_000)}

# What befalls the accounts of a manager, one after the other; each manager starts one further on.
STORIES = ("soured steady thriving neglected steady drifting steady steady recovered thriving steady neglected").split()
STRIDE = 5  # shares no factor with the number of stories, so that every manager meets nearly all of them
TIERS_OF_A_MANAGER = "ABBCBCADBC"


@dataclass(frozen=True)
class Company:
    """One customer of the demo company, before it is written."""

    name: str
    team: str
    manager: str
    tier: str
    story: str
    lifecycle: str
    industry: str
    segment: str
    country: str
    customer_since: date | None
    renewal_on: date | None
    employees: int
    company_revenue: Decimal
    account_revenue: Decimal | None
    acquired_via: str


def invent_companies(random: Random, managers: dict[str, list[str]], *, on: date, count: int = 120) -> list[Company]:
    """`count` customers, dealt out to the managers in turn; the same for the same seed and day."""
    chosen = _names(random, count)
    places = [(team, manager) for team, people in managers.items() for manager in people]
    return [
        _invent(random, name, sector, places[index % len(places)], divmod(index, len(places)), on)
        for index, (name, sector) in enumerate(chosen)
    ]


def _names(random: Random, count: int) -> list[tuple[str, str]]:
    """Names and their sectors; every stem is used once before any comes again with another word."""
    words = [(word, sector) for sector, words in SECTORS.items() for word in words]
    found: dict[str, str] = {}
    while len(found) < count:
        for stem in random.sample(STEMS, min(len(STEMS), count - len(found))):
            word, sector = random.choice([one for one in words if f"{stem} {one[0]}" not in found])
            found[f"{stem} {word}"] = sector
    return list(found.items())


def _invent(random: Random, name: str, sector: str, place: tuple[str, str], seat: tuple[int, int], on: date) -> Company:
    """`seat` is (which account of the manager, which manager)."""
    slot, manager = seat
    tier = TIERS_OF_A_MANAGER[slot % len(TIERS_OF_A_MANAGER)]
    lifecycle = _lifecycle(slot, manager)
    low, high = TIERS[tier]
    revenue = Decimal(round(random.triangular(low, high, low + (high - low) * 0.3), -2))
    segment = "Public sector" if sector == "Public sector" else SEGMENTS[0 if tier in "AB" else 1]
    return Company(
        name=name,
        team=place[0],
        manager=place[1],
        tier=tier,
        story=_story(slot, manager) if lifecycle == "active" else "steady",
        lifecycle=lifecycle,
        industry=sector,
        segment=segment,
        country=COUNTRIES[place[0]],
        customer_since=_since(random, lifecycle, on),
        renewal_on=on + timedelta(days=random.randint(10, 360)) if lifecycle == "active" else None,
        employees=round(random.lognormvariate(6.2 if tier in "AB" else 4.8, 0.8)),
        company_revenue=revenue * random.randint(20, 220),
        account_revenue=None if lifecycle == "prospect" else revenue,
        acquired_via=random.choice(ACQUIRED_VIA),
    )


def _story(slot: int, manager: int) -> str:
    return CAST.get((manager, slot)) or STORIES[(manager + STRIDE * slot) % len(STORIES)]


def _lifecycle(slot: int, manager: int) -> str:
    """Every manager has nine customers and one that is new, nearly won or lost, or ten."""
    special = {7: "onboarding", 8: "lost", 9: "prospect"}
    return special.get(slot, "active") if (slot + manager) % 2 == 0 else "active"


def _since(random: Random, lifecycle: str, on: date) -> date | None:
    if lifecycle == "prospect":
        return None
    if lifecycle == "onboarding":
        return on - timedelta(days=random.randint(20, 80))
    return on - timedelta(days=random.randint(420, 3200))
