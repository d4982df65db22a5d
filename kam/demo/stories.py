"""What happened with a customer over eighteen months: the rhythm, the tone and the words of each story."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from kam.demo.companies import Company
from kam.demo.meetings import EXECUTIVE, meetings
from kam.demo.tales import MATTERS, TALES
from kam.demo.wording import NEGATIVE, NEUTRAL, POSITIVE, Scene

MONTHS_OF_HISTORY = 18
NO_REPEAT = 8  # fewer than any mood has scenes
IDEAL_DAYS = {"A": 14, "B": 30, "C": 60, "D": 90}


@dataclass(frozen=True)
class Event:
    """One touchpoint to be written; `contact` picks one of the account's contacts.

    `episode` names the matter it belongs to; `with_sponsor`: our executive sponsor was there.
    """

    occurred_at: datetime
    scene: Scene
    sentiment_start: int | None
    sentiment_end: int | None
    expectation: str
    contact: int
    episode: str = ""
    with_sponsor: bool = False


@dataclass(frozen=True)
class Arc:
    """Days before today from which a mood holds, how close to the ideal rhythm we call, and how it went.

    `pace` 1.0 keeps the ideal interval. `mood` −1…+1 leans the sentiment.
    """

    from_days_ago: int
    pace: float
    mood: float


ARCS = {
    "steady": [Arc(560, 0.95, 0.35)],
    "thriving": [Arc(560, 1.0, 0.4), Arc(240, 1.35, 0.85)],
    "neglected": [Arc(560, 1.0, 0.35)],
    "soured": [Arc(560, 1.0, 0.4), Arc(120, 1.8, -1.2)],
    "recovered": [Arc(560, 0.9, 0.3), Arc(260, 1.0, -0.85), Arc(190, 1.5, 0.2), Arc(110, 1.2, 0.75)],
    "drifting": [Arc(560, 1.0, 0.45), Arc(200, 0.7, 0.1), Arc(90, 0.8, -0.3)],
}


# How long it has been quiet, in ideal intervals; the maximum is about two of them.
QUIET = {"neglected": (2.2, 3.3), "drifting": (1.15, 1.75), "soured": (1.05, 1.4)}


def tell(random: Random, company: Company, *, on: date) -> Iterator[Event]:
    """The touchpoints of one customer up to the day before `on`, oldest first."""
    start = on - timedelta(days=MONTHS_OF_HISTORY * 365 // 12)
    recent: deque[Scene] = deque(maxlen=NO_REPEAT)
    day = max(start, company.customer_since or on - timedelta(days=70)) + timedelta(days=random.randint(0, 12))
    last = _last_day(random, company, on)
    for met_on, scene in meetings(random, company, start=day, end=last - timedelta(days=3), on=on):
        yield _told(random, scene, working(met_on), 0, with_sponsor=scene in EXECUTIVE)
    while (day := working(day)) < last:
        arc = _arc(company, (on - day).days)
        yield _event(random, day, arc, recent)
        interval = IDEAL_DAYS[company.tier] / arc.pace
        day += timedelta(days=max(1, round(interval * random.uniform(0.45, 1.05))))
    if company.story in QUIET:
        yield _event(random, working(last), _arc(company, (on - last).days), recent)
    for beat in TALES.get(company.story, []):
        day = working(on - timedelta(days=beat.days_ago))
        yield _told(random, beat.scene, day, beat.contact, episode=MATTERS.get(company.story, ""))


def _last_day(random: Random, company: Company, on: date) -> date:
    if company.story in TALES:
        return on - timedelta(days=TALES[company.story][0].days_ago + 10)
    if company.lifecycle == "lost":
        return on - timedelta(days=random.randint(60, 300))
    if company.story in QUIET:
        return on - timedelta(days=round(IDEAL_DAYS[company.tier] * random.uniform(*QUIET[company.story])))
    return on


def _arc(company: Company, days_ago: int) -> Arc:
    return [arc for arc in ARCS.get(company.story, ARCS["steady"]) if days_ago <= arc.from_days_ago][-1]


def working(day: date) -> date:
    """The day itself or the Monday after."""
    return day + timedelta(days=max(0, 8 - day.isoweekday())) if day.isoweekday() > 5 else day


def _event(random: Random, day: date, arc: Arc, recent: deque[Scene]) -> Event:
    """A scene in the mood of the time, none that was among the account's last ones."""
    lean = random.gauss(arc.mood, 0.45)
    scenes = POSITIVE if lean > 0.55 else NEGATIVE if lean < -0.35 else NEUTRAL
    scene = random.choice([one for one in scenes if one not in recent])
    recent.append(scene)
    return _told(random, scene, day, random.randint(0, 9))


def _told(
    random: Random, scene: Scene, day: date, contact: int, *, episode: str = "", with_sponsor: bool = False
) -> Event:
    start, end = scene.sentiments
    at = datetime.combine(day, time(random.randint(7, 16), random.choice((0, 5, 10, 15, 20, 30, 40, 45, 50))), UTC)
    return Event(at, scene, start, end, scene.expectation, contact, episode, with_sponsor)
