"""What must be in the database, from the acknowledged touchpoints alone: domain.md in plain date arithmetic.

Nothing of the product is imported. Of an account's touchpoints in the order of their acknowledgement, the counted
ones that were the newest so far are its *anchors*: each closes what the one before had planned.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest

# Purpose → tier → ideal, maximum. Nobody in these stories is an executive sponsor, so that purpose counts from since.
DAYS = {
    "operational": {"A": (14, 30), "B": (30, 60), "C": (60, 120), "D": (90, 180), "": (60, 120)},
    "business_review": {"A": (90, 120), "B": (180, 240)},
    "executive": {"A": (180, 270)},
}
NOT_COUNTED = {"advertising", "website_visit", "survey", "billing"}


@dataclass(frozen=True)
class Touch:
    """`asked_at`, `acknowledged_at`: when the client first sent it, and when it was told that it is stored."""

    external_id: str
    occurred_at: datetime
    type: str
    direction: str
    asked_at: datetime
    acknowledged_at: datetime

    def counted(self, purpose: str) -> bool:
        if purpose == "executive" or self.direction not in ("inbound", "two_way"):
            return False
        return self.type == "business_review" if purpose == "business_review" else self.type not in NOT_COUNTED


@dataclass
class Story:
    """An account as its client knows it. Touched by one client at a time, so acknowledgements tell the order.

    `planned_at`: when the worker had planned it, before the first touch; None: worker and first touch race, and both
    outcomes are right. `tiers_moved`: its tier changed on the way, so what was closed then shows an older tier.
    """

    ref: str
    tier: str = ""
    since: date | None = None
    lifecycle: str = "active"
    planned_at: datetime | None = None
    tiers_moved: bool = False
    touches: list[Touch] = field(default_factory=list)

    def has_cadence(self, purpose: str) -> bool:
        return self.lifecycle in ("onboarding", "active") and self.tier in DAYS[purpose]

    def anchors(self, purpose: str = "operational") -> list[Touch]:
        newest: list[Touch] = []
        for touch in self.touches:
            if touch.counted(purpose) and (not newest or touch.occurred_at > newest[-1].occurred_at):
                newest.append(touch)
        return newest

    def since_at(self) -> datetime | None:
        return None if self.since is None else datetime.combine(self.since, time(), UTC)

    def due_on(self, period: date, purpose: str) -> date:
        """The first Monday to Friday on or after period + ideal days."""
        due = period + timedelta(days=DAYS[purpose][self.tier][0])
        return due + timedelta(days=max(0, 7 - due.weekday()) if due.weekday() > 4 else 0)

    def stale_at(self, anchor: datetime, purpose: str = "operational") -> datetime:
        return anchor + timedelta(days=DAYS[purpose][self.tier][1])


@dataclass(frozen=True)
class Pulse:
    last_touch_at: datetime | None
    stale_at: datetime | None


def pulse(story: Story) -> Pulse:
    anchors = story.anchors()
    last = anchors[-1].occurred_at if anchors else None
    anchor = last or story.since_at()
    return Pulse(last, story.stale_at(anchor) if anchor and story.has_cadence("operational") else None)


@dataclass(frozen=True)
class Row:
    """A check-in (`key` its period, `on` when it is due) or a flag (`key` its anchor, `on` when it became stale).

    `closed_by`: the external id of a touchpoint, "" if something else closed it, None while it is open.
    """

    key: date | datetime
    on: date | datetime
    closed_by: str | None = None
    purpose: str = "operational"


@dataclass
class Rows:
    """`must` be there, and nothing else but what `may` be: where a race of worker and client decides."""

    must: set[Row] = field(default_factory=set)
    may: set[Row] = field(default_factory=set)

    def wrong(self, found: Iterable[Row]) -> set[Row]:
        there = set(found)
        return (self.must - there) | (there - self.must - self.may)


def check_ins(story: Story) -> Rows:
    """One per date that ever was the anchor's (at first: since when it is a customer); the next later one closes it."""
    rows = Rows()
    for purpose in DAYS:
        if story.has_cadence(purpose):
            _check_ins(story, purpose, rows)
    return rows


def _check_ins(story: Story, purpose: str, rows: Rows) -> None:
    anchors = story.anchors(purpose)
    dates = [anchor.occurred_at.date() for anchor in anchors]
    for period in dict.fromkeys(dates):
        closing = next((anchor.external_id for anchor in anchors if anchor.occurred_at.date() > period), None)
        rows.must.add(Row(period, story.due_on(period, purpose), closing, purpose))
    if story.since and not anchors:
        rows.must.add(Row(story.since, story.due_on(story.since, purpose), None, purpose))
    elif story.since and story.since not in dates:
        # A first contact older than the date we had overtakes the check-in without fulfilling it.
        closing = anchors[0].external_id if dates[0] > story.since else ""
        first = Row(story.since, story.due_on(story.since, purpose), closing, purpose)
        # What a first touch of another type had planned for this purpose is there, too.
        is_planned = story.planned_at or story.touches[0] is not anchors[0]
        (rows.must if is_planned else rows.may).add(first)


def flags(story: Story, *, as_of: datetime) -> Rows:
    """One per anchor that was silent for too long before the next one came; open only that of the last."""
    rows = Rows()
    for purpose in DAYS:
        if story.has_cadence(purpose):
            _flags(story, purpose, rows, as_of)
    return rows


def _flags(story: Story, purpose: str, rows: Rows, as_of: datetime) -> None:
    anchors = story.anchors(purpose)
    for anchor, following in zip_longest(anchors, anchors[1:]):
        stale_at = story.stale_at(anchor.occurred_at, purpose)
        row = Row(anchor.occurred_at, stale_at, following and following.external_id, purpose)
        if row.on < (anchor.asked_at if following else as_of):
            rows.must.add(row)
        elif following and row.on < following.acknowledged_at:
            rows.may.add(row)  # it became stale while the next one was on its way
    since_at = story.since_at()
    if since_at is None or story.stale_at(since_at, purpose) >= as_of:
        return
    stale_at = story.stale_at(since_at, purpose)
    if not anchors:
        rows.must.add(Row(since_at, stale_at, None, purpose))
        return
    closing = anchors[0].external_id if anchors[0].occurred_at > since_at else ""
    first = Row(since_at, stale_at, closing, purpose)
    # Before the first contact of this purpose the account was planned by the worker, or by a touch of another type.
    planned_at = story.planned_at or (story.touches[0].asked_at if story.touches[0] is not anchors[0] else None)
    (rows.must if planned_at and first.on < planned_at else rows.may).add(first)
