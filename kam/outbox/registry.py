"""Who does what with a topic. Apps subscribe in `subscribers.py`, imported from their `ready()`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kam.outbox.models import Lane


@dataclass(frozen=True)
class Message:
    """What a handler is given. `id` stays the same over all tries: Message-ID and webhook-id come from it."""

    id: int
    topic: str
    payload: dict[str, Any]
    attempt: int
    created_at: datetime


Handler = Callable[[Message], None]
_handlers: dict[tuple[str, str], list[Handler]] = defaultdict(list)
_patient: set[tuple[str, str]] = set()


class NoSubscriber(LookupError):
    """A message lies in a lane where nobody listens to its topic."""


def subscribe(topic: str, lane: str = Lane.DB, *, patient: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler of `topic`.

    In the lane `db` all handlers of a topic run in one transaction with the mark that it is done: each
    effect happens exactly once, or all are tried again. In the other lanes there is one handler, it runs
    in no transaction, and a crash between its sending and the mark sends again: at least once.
    What is `patient` waits until nothing else in its lane is due.
    """
    if patient:
        _patient.add((topic, lane))

    def register(handler: Handler) -> Handler:
        listeners = _handlers[topic, lane]
        if lane != Lane.DB and listeners:
            raise ValueError(f"{topic} has a handler in lane {lane} already; a second would send twice.")
        listeners.append(handler)
        return handler

    return register


def handlers_of(topic: str, lane: str) -> list[Handler]:
    """Raises: NoSubscriber."""
    if not _handlers.get((topic, lane)):
        raise NoSubscriber(f"Nobody subscribes to {topic} in lane {lane}.")
    return _handlers[topic, lane]


def patient_topics(lane: str) -> list[str]:
    return [topic for topic, its in _patient if its == lane]


def everything_patient() -> list[tuple[str, str]]:
    """(topic, lane) of each."""
    return sorted(_patient)
