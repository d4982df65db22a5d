"""Cadence comes due with the real worker and the real beat: check-ins and flags appear by themselves."""

import http.client
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.books import OPEN_MESSAGES, book_of, one
from tests.faults.client import Api
from tests.faults.house import House
from tests.faults.plan import Row, Story, Touch, check_ins, flags, pulse

pytestmark = pytest.mark.faults

BY_HINT_S, BY_TICK_S = 12, 20  # a tick comes every 15 s
CALL = {"type": "sales_call", "channel": "phone", "direction": "two_way"}


def now() -> datetime:
    return datetime.now(UTC)


def touch(api: Api, story: Story, occurred_at: datetime) -> None:
    external_id, asked_at = f"{story.ref}-{len(story.touches)}", now()
    api.touch(story.ref, external_id, occurred_at=occurred_at.isoformat(), **CALL)
    story.touches.append(Touch(external_id, occurred_at, CALL["type"], CALL["direction"], asked_at, now()))


def differences(house: House, story: Story) -> set[object]:
    """Where the database differs from the plan as of now; empty where worker and beat have done their work."""
    book, plan = book_of(house, story.ref), flags(story, as_of=now())
    pulses = {book.pulse, pulse(story)} if book.pulse != pulse(story) else set()
    return (
        pulses
        | check_ins(story).wrong(row for row, _ in [*book.check_ins, *book.more_check_ins])
        | plan.wrong([*book.flags, *book.more_flags])
    )


def readyz(house: House) -> tuple[int, dict[str, str]]:
    link = http.client.HTTPConnection(*house.address, timeout=5)
    link.request("GET", "/readyz")
    answer = link.getresponse()
    return answer.status, json.loads(answer.read())["parts"]


ALL_WELL = {"postgresql": "ok", "redis": "ok", "heartbeat": "ok", "outbox": "ok"}


def test_new_account_is_planned_by_worker(house: House, api: Api) -> None:
    story = Story("long-ago", "A", since=datetime(2020, 1, 6, tzinfo=UTC).date())
    api.create_account(story.ref, tier=story.tier, customer_since="2020-01-06")
    story.planned_at = now()
    house.until("check-in and flag", lambda: not differences(house, story), BY_HINT_S)
    book = book_of(house, story.ref)
    assert [(str(row.on), status) for row, status in book.check_ins] == [("2020-01-20", "open")]
    assert book.flags == [Row(story.since_at(), datetime(2020, 2, 5, tzinfo=UTC))]


@pytest.mark.waits
def test_silence_too_long_is_flagged_by_tick(house: House, api: Api) -> None:
    story = Story("soon", "A")
    api.create_account(story.ref, tier=story.tier)
    soon = now() + timedelta(seconds=3)
    touch(api, story, soon - timedelta(days=30))
    assert book_of(house, story.ref).flags == []
    assert now() < soon, "or the flag was due at once"
    house.until("a flag", lambda: book_of(house, story.ref).flags, 3 + BY_TICK_S)
    assert differences(house, story) == set()
    opened_at = one(house, "SELECT opened_at FROM touchpoints_staleflag WHERE stale_at = %s", soon)
    assert soon < opened_at < soon + timedelta(seconds=BY_TICK_S)


def test_touching_closes_flag_and_plans_successor(house: House, api: Api) -> None:
    story = Story("touched", "B")
    api.create_account(story.ref, tier=story.tier)
    touch(api, story, now() - timedelta(days=100))
    assert [row.closed_by for row in book_of(house, story.ref).flags] == [None]
    touch(api, story, now() - timedelta(days=1))
    assert differences(house, story) == set(), "in the transaction of the touchpoint"
    book = book_of(house, story.ref)
    assert [row.closed_by for row in book.flags] == ["touched-1"]
    assert sorted(status for _, status in book.check_ins) == ["done", "open"]


@pytest.mark.waits
def test_site_stays_writable_without_valkey(house: House, api: Api) -> None:
    house.until("all well", lambda: readyz(house) == (200, ALL_WELL), 40)
    story = Story("no-redis", "A", since=datetime(2021, 1, 4, tzinfo=UTC).date())
    with house.without("Valkey"):
        begun = time.monotonic()
        created = api.ask("POST", "/api/v1/accounts", {"name": story.ref, "tier": "A", "customer_since": "2021-01-04",
                          "external_ref": {"source": "faults", "external_id": story.ref}})  # fmt: skip
        assert created.status == 201
        assert time.monotonic() - begun < 3, "nobody waits for a Redis that is away"
        assert readyz(house) == (200, {**ALL_WELL, "redis": "degraded"})
        assert one(house, OPEN_MESSAGES) == 1
        assert book_of(house, story.ref).check_ins == []
    story.planned_at = now()
    house.until("what was left is done", lambda: not differences(house, story), 40)
    house.until("all well", lambda: readyz(house) == (200, ALL_WELL), 10)
