"""What domain.md says of an account's life, from which the census is told. Nothing here knows the product's code."""

from dataclasses import dataclass, field
from datetime import date

from tests.accounts.census_oracle import Told

CUSTOMERS = ("active", "onboarding")


@dataclass
class Event:
    """`learnt` is the day it was told; a start that nobody gave is `assumed`."""

    kind: str
    learnt: date
    given: date | None = None
    assumed: bool = False


@dataclass
class Life:
    """Won when it first becomes a customer, lost, regained. `began`: the day the account was created."""

    lifecycle: str
    began: date
    events: list[Event] = field(default_factory=list)

    @classmethod
    def begin(cls, lifecycle: str, since: date | None, today: date) -> "Life":
        life = cls("prospect", today)
        life.turn(lifecycle, since, today)
        return life

    def may_become(self, lifecycle: str) -> bool:
        """A customer is lost, but never was a prospect all along."""
        return lifecycle != "prospect" or self.lifecycle not in CUSTOMERS

    def turn(self, lifecycle: str, since: date | None, today: date) -> None:
        """Another lifecycle, or the same; `since` as it is known from now on."""
        before, self.lifecycle = self.lifecycle, lifecycle
        was_customer, is_customer = before in CUSTOMERS, lifecycle in CUSTOMERS
        if is_customer and not was_customer:
            came_back = before == "lost" or any(event.kind in ("won", "regained") for event in self.events)
            self.events.append(Event("regained" if came_back else "won", today))
        elif was_customer and not is_customer:
            self.events.append(Event("lost", today))
        self.correct(since)

    def correct(self, since: date | None) -> None:
        """The date is that of the win as long as nothing happened since: it may be that of a second life."""
        if [event.kind for event in self.events] == ["won"]:
            self.events[0].given, self.events[0].assumed = since, since is None

    def told(self, first_touch: date | None) -> list[Told[date]]:
        """An account that was a customer when we learnt of it may have been touched before, and was one then."""

        def day(event: Event) -> date:
            known_from_the_start = event.assumed and event.learnt == self.began
            return (
                min(event.learnt, first_touch or event.learnt) if known_from_the_start else event.given or event.learnt
            )

        return [(event.kind, day(event)) for event in self.events]
