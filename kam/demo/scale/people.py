"""Who works in a company of any size: managers in teams, teams in regions, a leader above each."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from kam.core.folding import fold
from kam.demo import people as cast
from kam.demo.ids import next_id
from kam.people.enums import MembershipRole
from kam.people.models import Membership, Team, User

ACCOUNTS_PER_MANAGER = 170
MANAGERS_PER_TEAM = 10

# Region → its cities with their countries. The first three are the demo company's.
REGIONS = {
    "Alpine": "Zurich/Switzerland Munich/Germany Bern/Switzerland Graz/Austria Linz/Austria Basel/Switzerland",
    "Nordic": "Copenhagen/Denmark Stockholm/Sweden Oslo/Norway Malmö/Sweden Bergen/Norway Odense/Denmark",
    "Iberia": "Madrid/Spain Lisbon/Portugal Porto/Portugal Bilbao/Spain Valencia/Spain Málaga/Spain",
    "Baltic": "Riga/Latvia Tallinn/Estonia Vilnius/Lithuania Tartu/Estonia Kaunas/Lithuania Helsinki/Finland",
    "Benelux": "Antwerp/Belgium Utrecht/Netherlands Ghent/Belgium Rotterdam/Netherlands Namur/Belgium Mons/Belgium",
    "Adriatic": "Trieste/Italy Split/Croatia Ljubljana/Slovenia Rijeka/Croatia Bari/Italy Zadar/Croatia",
    "Atlantic": "Nantes/France Brest/France Cork/Ireland Galway/Ireland Bordeaux/France Rennes/France",
    "Rhine": "Cologne/Germany Mainz/Germany Strasbourg/France Bonn/Germany Mannheim/Germany Metz/France",
    "Danube": "Vienna/Austria Budapest/Hungary Bratislava/Slovakia Ulm/Germany Pécs/Hungary Nitra/Slovakia",
    "Carpathia": "Kraków/Poland Brno/Czechia Cluj/Romania Sibiu/Romania Lublin/Poland Ostrava/Czechia",
    "Aegean": "Athens/Greece Patras/Greece Volos/Greece Varna/Bulgaria Burgas/Bulgaria Chania/Greece",
    "Tyrrhenian": "Genoa/Italy Naples/Italy Pisa/Italy Cagliari/Italy Bastia/France Salerno/Italy",
}


@dataclass(frozen=True)
class Seat:
    """A manager's desk: whose it is, in which team and country, who leads the region, who sits beside."""

    owner: UUID
    team: UUID
    leader: UUID
    mate: UUID
    country: str


def cities() -> list[str]:
    return [place.partition("/")[0] for places in REGIONS.values() for place in places.split()]


def hire(random: Random, password: str, *, accounts: int) -> list[Seat]:
    """Write teams, people and memberships; the managers' seats in order, the one who signs in as manager@ first."""
    managers = max(6, round(accounts / ACCOUNTS_PER_MANAGER))
    places = _found_teams(random, -(-managers // MANAGERS_PER_TEAM))
    names = _Names(random, password)
    regions = dict.fromkeys(team.parent_id for team, _ in places if team.parent_id)
    leaders = {region: names.hire(who) for region, who in zip(regions, _led_by(len(regions)), strict=True)}
    heads = [names.hire() for _ in places]
    signing_in = [cast.MANAGERS["Zurich"][0], cast.MANAGERS["Copenhagen"][0]]
    owners = [names.hire(signing_in[n] if n < len(signing_in) else "") for n in range(managers)]
    names.hire(cast.ADMINISTRATOR, is_admin=True)
    User.objects.bulk_create(names.hired)
    posts = [(user, region, MembershipRole.LEADER) for region, user in leaders.items()]
    posts += [(user, team.pk, MembershipRole.LEADER) for user, (team, _) in zip(heads, places, strict=True)]
    posts += [(user, places[n % len(places)][0].pk, MembershipRole.MANAGER) for n, user in enumerate(owners)]
    Membership.objects.bulk_create(Membership(user=user, team_id=team, role=role) for user, team, role in posts)
    return [_seat(n, owners, places, leaders) for n in range(managers)]


def _seat(n: int, owners: list[User], places: list[tuple[Team, str]], leaders: dict[UUID, User]) -> Seat:
    team, country = places[n % len(places)]
    mate = n + len(places) if n + len(places) < len(owners) else n % len(places)  # the next, or the first, of the team
    return Seat(owners[n].pk, team.pk, leaders[team.parent_id].pk, owners[mate].pk, country)  # type: ignore[index]


def _found_teams(random: Random, wanted: int) -> list[tuple[Team, str]]:
    """Teams with their countries, dealt out to the regions in turn; a city with several teams numbers them."""
    wanted = max(3, wanted)
    regions = [Team(id=next_id(random), name=name) for name in list(REGIONS)[: min(12, max(3, round(wanted**0.5)))]]
    teams = []
    for n in range(wanted):
        turn, region = divmod(n, len(regions))
        cities = REGIONS[regions[region].name].split()
        city, _, country = cities[turn % len(cities)].partition("/")
        number = turn // len(cities)
        name = f"{city} {number + 1}" if number else city
        teams.append((Team(id=next_id(random), name=name, parent=regions[region]), country))
    Team.objects.bulk_create(regions + [team for team, _ in teams])
    return teams


def _led_by(regions: int) -> list[str]:
    """The demo company's leaders lead the regions it has; who leads the others has any name."""
    known = list(cast.LEADERS.values())
    return known + [""] * (regions - len(known))


class _Names:
    """Invents people one after the other: no name comes twice, those who sign in keep theirs."""

    def __init__(self, random: Random, password: str) -> None:
        self.random, self.password = random, password
        self.hired: list[User] = []

    def hire(self, name: str = "", *, is_admin: bool = False) -> User:
        number = len(self.hired)
        name = name or self._invent(number)
        email = f"{fold(name).replace(' ', '.').replace('..', '.')}.{number}@demo.example"
        user = User(id=next_id(self.random), name=name, is_admin=is_admin, email=email)
        if name in cast.SIGN_INS:
            user.email = cast.SIGN_INS[name][0]
            user.set_password(self.password)
        else:
            user.set_unusable_password()
        self.hired.append(user)
        return user

    def _invent(self, number: int) -> str:
        """Every pair of names once, then again with a letter between them."""
        firsts, lasts = cast.FIRST_NAMES, cast.LAST_NAMES
        turn, pair = divmod(number, len(firsts) * len(lasts))
        row, first = divmod(pair, len(firsts))
        middle = f"{chr(ord('A') + (turn - 1) % 26)}. " if turn else ""
        return f"{firsts[first]} {middle}{lasts[(row + first) % len(lasts)]}"
