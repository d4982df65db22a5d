"""What domain.md says of cadence, event by event and in plain Python: nothing here knows SQL or the product's code."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PURPOSES = ("operational", "business_review", "executive")
POLICIES = {
    "operational": {"A": (14, 30), "B": (30, 60), "C": (60, 120), "D": (90, 180), "": (60, 120)},
    "business_review": {"A": (90, 120), "B": (180, 240)},
    "executive": {"A": (180, 270)},
}
NOT_OPERATIONAL = {"advertising", "website_visit", "survey", "billing"}


@dataclass
class Touch:
    """What was logged, as it is told now."""

    at: datetime
    type: str
    direction: str
    with_sponsor: bool


@dataclass
class Decision:
    """What a person decided about the check-in of one period."""

    day: date | None = None
    skipped: bool = False


@dataclass
class Oracle:
    tier: str
    since: date | None
    zone: str
    lifecycle: str = "active"
    has_sponsor: bool = True
    touches: list[Touch] = field(default_factory=list)
    own: dict[str, tuple[int, int]] = field(default_factory=dict)
    policies: dict[str, dict[str, tuple[int, int]]] = field(
        default_factory=lambda: {purpose: dict(tiers) for purpose, tiers in POLICIES.items()}
    )
    decisions: dict[tuple[str, date], Decision] = field(default_factory=dict)

    def cadence(self, purpose: str) -> tuple[int, int] | None:
        if purpose in self.own:
            return self.own[purpose]
        return self.policies[purpose].get(self.tier) if self.lifecycle in ("active", "onboarding") else None

    def counted(self, purpose: str) -> list[datetime]:
        def counts(touch: Touch) -> bool:
            if purpose == "executive":
                return touch.with_sponsor and self.has_sponsor
            return (
                touch.type == "business_review" if purpose == "business_review" else touch.type not in NOT_OPERATIONAL
            )

        return [touch.at for touch in self.touches if touch.direction != "outbound" and counts(touch)]

    def last(self, purpose: str) -> datetime | None:
        return max(self.counted(purpose), default=None)

    def anchor(self, purpose: str) -> datetime | None:
        midnight = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) if self.since else None
        return self.last(purpose) or midnight

    def local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def period(self, purpose: str) -> date | None:
        last = self.last(purpose)
        return self.local(last) if last else self.since

    def stale_at(self, purpose: str) -> datetime | None:
        cadence, anchor = self.cadence(purpose), self.anchor(purpose)
        return anchor + timedelta(days=cadence[1]) if cadence and anchor else None

    def open_check_in(self, purpose: str) -> tuple[date, date] | None:
        """Its period and the day it is due."""
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

    def pulse(self, purpose: str) -> tuple[datetime | None, datetime | None] | None:
        """Kept for operational contact always, else where a cadence asks for it."""
        if purpose != "operational" and self.cadence(purpose) is None:
            return None
        return self.last(purpose), self.stale_at(purpose)

    def decide(self, purpose: str) -> Decision | None:
        """About the check-in of the present period, where it is open or skipped."""
        period = self.period(purpose)
        if self.cadence(purpose) is None or period is None:
            return None
        return self.decisions.setdefault((purpose, period), Decision())

    def forget(self, former: list[datetime]) -> None:
        """A decision goes with its period: one that lies ahead of the last contact, or whose contact is no more."""
        gone = {self.local(moment) for moment in former}
        for purpose, period in list(self.decisions):
            if period == self.since:
                continue
            present, known = self.period(purpose), purpose == "operational" or self.cadence(purpose) is not None
            ahead = known and (present is None or period > present)
            begun = {self.local(moment) for moment in self.counted(purpose)}
            if ahead or (period in gone and period not in begun):
                del self.decisions[purpose, period]
