"""What domain.md says of cadence, event by event and in plain Python: nothing here knows SQL or the product's code."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.touchpoints.lifecycle_oracle import CUSTOMERS, Life

PURPOSES = ("operational", "business_review", "executive")
POLICIES = {
    "operational": {"A": (14, 30), "B": (30, 60), "C": (60, 120), "D": (90, 180), "": (60, 120)},
    "business_review": {"A": (90, 120), "B": (180, 240)},
    "executive": {"A": (180, 270)},
}
NOT_OPERATIONAL = {"advertising", "website_visit", "survey", "billing"}


@dataclass(eq=False)  # two that are alike are two: the one that is meant goes
class Touch:
    """What was logged, as it is told now. `planned_for`: where it is, or was, an appointment."""

    at: datetime
    type: str
    direction: str
    with_sponsor: bool
    status: str = "completed"
    planned_for: datetime | None = None


@dataclass
class Decision:
    """What a person decided about the check-in of one period."""

    day: date | None = None
    skipped: bool = False


@dataclass
class ByHand:
    """A check-in that a person planned after the last contact, which was in this period."""

    period: date
    day: date
    skipped: bool = False


@dataclass
class Oracle:
    tier: str
    since: date | None
    zone: str
    life: Life
    segment: str = ""
    has_sponsor: bool = True
    silence_from: date | None = None
    touches: list[Touch] = field(default_factory=list)
    own: dict[str, tuple[int, int]] = field(default_factory=dict)
    policies: dict[str, dict[str, tuple[int, int]]] = field(
        default_factory=lambda: {purpose: dict(whom) for purpose, whom in POLICIES.items()}
    )
    decisions: dict[tuple[str, date], Decision] = field(default_factory=dict)
    by_hand: dict[str, list[ByHand]] = field(default_factory=lambda: {purpose: [] for purpose in PURPOSES})

    @property
    def first_on(self) -> date | None:
        return max(filter(None, [self.since, self.silence_from]), default=None)

    def cadence(self, purpose: str) -> tuple[int, int] | None:
        """Its own beats its segment's, that its tier's, that everybody's; no customer has only its own."""
        if purpose in self.own or self.life.lifecycle not in CUSTOMERS:
            return self.own.get(purpose)
        policies = self.policies[purpose]
        nearest_first = [*filter(None, [self.segment, self.tier]), ""]
        return next((policies[whom] for whom in nearest_first if whom in policies), None)

    def counted(self, purpose: str) -> list[datetime]:
        def counts(touch: Touch) -> bool:
            if purpose == "executive":
                return touch.with_sponsor and self.has_sponsor
            return (
                touch.type == "business_review" if purpose == "business_review" else touch.type not in NOT_OPERATIONAL
            )

        took_place = [touch for touch in self.touches if touch.status == "completed"]
        return [touch.at for touch in took_place if touch.direction != "outbound" and counts(touch)]

    def first_touch(self) -> date | None:
        """Of any kind and direction."""
        return min((self.local(touch.at) for touch in self.touches if touch.status == "completed"), default=None)

    def last(self, purpose: str) -> datetime | None:
        return max(self.counted(purpose), default=None)

    def anchor(self, purpose: str) -> datetime | None:
        first = self.first_on
        midnight = datetime(first.year, first.month, first.day, tzinfo=UTC) if first else None
        return self.last(purpose) or midnight

    def local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def period(self, purpose: str) -> date | None:
        last = self.last(purpose)
        return self.local(last) if last else self.first_on

    def stale_at(self, purpose: str) -> datetime | None:
        cadence, anchor = self.cadence(purpose), self.anchor(purpose)
        return anchor + timedelta(days=cadence[1]) if cadence and anchor else None

    def standing_by_hand(self, purpose: str) -> ByHand | None:
        """The newest that no contact of a later date has fulfilled; while it stands, cadence plans none."""
        last = self.last(purpose)
        stand = [
            one for one in self.by_hand[purpose] if not one.skipped and (not last or one.period >= self.local(last))
        ]
        return max(reversed(stand), key=lambda one: one.period, default=None)

    def open_check_in(self, purpose: str) -> tuple[date, date] | None:
        """Its period and the day it is due."""
        if by_hand := self.standing_by_hand(purpose):
            return by_hand.period, by_hand.day
        cadence, period = self.cadence(purpose), self.period(purpose)
        if cadence is None or period is None:
            return None
        decision = self.decisions.get((purpose, period), Decision())
        if decision.skipped:
            return None
        day = period + timedelta(days=cadence[0])
        return period, decision.day or day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))

    def open_flag(self, purpose: str, now: datetime) -> tuple[datetime | None, datetime] | None:
        stale_at = self.stale_at(purpose)
        return (self.anchor(purpose), stale_at) if stale_at and now > stale_at else None

    def is_kept(self, purpose: str) -> bool:
        """Operational contact always; other kinds where a cadence, or a person who planned one, asks for it."""
        return purpose == "operational" or self.cadence(purpose) is not None or bool(self.by_hand[purpose])

    def pulse(self, purpose: str) -> tuple[datetime | None, datetime | None] | None:
        return (self.last(purpose), self.stale_at(purpose)) if self.is_kept(purpose) else None

    def chosen(self, purpose: str) -> Decision | ByHand | None:
        """What deciding about the open check-in changes."""
        if self.open_check_in(purpose) is None:
            return None
        if by_hand := self.standing_by_hand(purpose):
            return by_hand
        period = self.period(purpose)
        assert period is not None
        return self.decisions.setdefault((purpose, period), Decision())

    def forget(self, former: Iterable[datetime] = ()) -> None:
        """A decision goes with its period: one that lies ahead of the last contact, or whose contact is no more."""
        gone = {self.local(moment) for moment in former}
        for purpose, period in list(self.decisions):
            if period == self.first_on:
                continue
            present = self.period(purpose)
            ahead = self.is_kept(purpose) and (present is None or period > present)
            begun = {self.local(moment) for moment in self.counted(purpose)}
            if ahead or (period in gone and period not in begun):
                del self.decisions[purpose, period]
