"""Handlers that only one test sees."""

from collections import defaultdict

import pytest

from kam.outbox import planner, publish, registry


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """Starts every test without subscribers and jobs."""
    monkeypatch.setattr(registry, "_handlers", defaultdict(list))
    monkeypatch.setattr(registry, "_patient", set())
    monkeypatch.setattr(planner, "_jobs", {})


@pytest.fixture
def hinted(monkeypatch):
    """The lanes hinted, instead of messages to Redis."""
    lanes: list[str] = []
    hint_for = {lane: (lambda lane=lane: lanes.append(lane.value)) for lane in publish.Lane}
    monkeypatch.setattr(publish, "_hint_for", hint_for)
    monkeypatch.setattr(planner, "send_hint", lanes.append)
    return lanes
