"""The demo company's own people and the names it meets. All invented."""

REGIONS = {
    "Alpine": ["Zurich", "Munich"],
    "Nordic": ["Copenhagen", "Stockholm"],
    "Iberia": ["Madrid", "Lisbon"],
}

# Region → leader; the first one signs in as leader@demo.example.
LEADERS = {"Alpine": "Ruth Amsler", "Nordic": "Henrik Dahl", "Iberia": "Inés Cortázar"}

# Team → account managers; the first of Zurich and of Copenhagen sign in as manager@ and outsider@.
MANAGERS = {
    "Zurich": ["Milan Keller", "Dana Ruiz"],
    "Munich": ["Jonas Hartl", "Selma Aydin"],
    "Copenhagen": ["Freja Holm", "Oskar Lind"],
    "Stockholm": ["Elin Bergström", "Nils Åkerman"],
    "Madrid": ["Lucía Ferrer", "Mateo Sanz"],
    "Lisbon": ["Beatriz Antunes", "Tomás Vilar"],
}

ADMINISTRATOR = "Mara Velt"


def leader_of(team: str) -> str:
    """Who leads the region of a team."""
    return next(LEADERS[region] for region, teams in REGIONS.items() if team in teams)


# Those who sign in: name → email and who that is.
SIGN_INS = {
    "Milan Keller": ("manager@demo.example", "an account manager"),
    "Freja Holm": ("outsider@demo.example", "an account manager in another region"),
    "Ruth Amsler": ("leader@demo.example", "the leader of the first region"),
    ADMINISTRATOR: ("admin@demo.example", "an administrator"),
}

FIRST_NAMES = (
    "Anna Bruno Carla David Elena Felix Greta Hugo Ida Jakob Katja Leon Maria Noah Olga Pablo Rosa Simon Tessa Ulrich "
    "Vera Walter Yara Zeno Amélie Bastian Chiara Dominik Emil Flora Gustav Hanna Ivo Julia Kaspar Laura Marco Nadia "
    "Otto Petra Rafael Sofia Theo Ursula Victor Wanda Álvaro Birgit Clara Diego"
).split()
LAST_NAMES = (
    "Albrecht Baumann Castell Dorn Egger Fontana Gruber Hallberg Isler Jansson Kessler Lindqvist Moreau Nygaard Ortega "
    "Pfister Quinn Rossi Sandoval Tanner Ulrich Vogt Weiss Ximénez Zeller Almeida Bianchi Corte Duarte Eklund Falk "
    "Garrido Hofer Iversen Jäger Krog Leitner Marques Novak Olsen Prieto Renner Sjöberg Thalmann Urban Vidal Winter"
).split()

# Job title, buying roles, influence, how they like to be dealt with.
CONTACT_ROLES = [
    ("Head of Procurement", ["decision_maker", "budget_holder"], 4, "figures first, brief"),
    ("Chief Operating Officer", ["sponsor", "decision_maker"], 5, "short calls, no slides"),
    ("Plant Manager", ["user", "influencer"], 3, "on site, plain words"),
    ("IT Manager", ["gatekeeper"], 3, "in writing, with details"),
    ("Quality Manager", ["champion", "user"], 3, "friendly, likes to be asked"),
    ("Chief Financial Officer", ["budget_holder"], 5, "figures first, brief"),
    ("Service Coordinator", ["user"], 2, "phone, in the morning"),
]
