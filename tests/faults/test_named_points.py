"""Killed exactly there: between two steps that belong together. Locks of ours hold the process at the point."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from tests.faults.books import FIVE_MINUTES_PASS, book_of, one, wait_for_messages
from tests.faults.client import NO_ANSWER, Api, reference
from tests.faults.house import House
from tests.faults.plan import Row

pytestmark = pytest.mark.faults

SINCE = date(2020, 1, 6)
PLANNED = [(Row(SINCE, date(2020, 1, 20)), "open")]
FLAGGED = [Row(datetime(2020, 1, 6, tzinfo=UTC), datetime(2020, 2, 5, tzinfo=UTC))]
ACCOUNT_LOCKED = (
    "SELECT 1 FROM accounts_account a JOIN accounts_externalid e ON e.account_id = a.id"
    " WHERE e.external_id = %s FOR NO KEY UPDATE OF a"
)
MESSAGE = """
    SELECT m.attempts, m.done_at IS NOT NULL FROM outbox_outboxmessage m JOIN accounts_externalid e
    ON m.payload = jsonb_build_object('account_ids', ARRAY[e.account_id::text]) WHERE e.external_id = %s
"""
# Somebody who has written flags, uncommitted, and waits for a lock.
STALLED_AFTER_EFFECTS = """
    SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid)
    WHERE a.wait_event_type = 'Lock' AND l.relation = 'touchpoints_staleflag'::regclass AND l.mode = 'RowExclusiveLock'
"""
STALLED_AT_ACCOUNT = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%FOR NO KEY UPDATE%%'
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
POINTS = {
    "worker-before-its-effects": ("worker", ACCOUNT_LOCKED, STALLED_AT_ACCOUNT),
    "worker-before-its-mark": ("worker", "LOCK accounts_healthdirty IN EXCLUSIVE MODE", STALLED_AFTER_EFFECTS),
    "postgresql-before-the-mark": ("PostgreSQL", "LOCK accounts_healthdirty IN EXCLUSIVE MODE", STALLED_AFTER_EFFECTS),
}


@pytest.mark.parametrize("point", POINTS)
def test_claimed_message_survives_kill(house: House, api: Api, point: str) -> None:
    """Effects and mark are one transaction: neither is there after the kill, both once after the lease."""
    victim, lock, stalled = POINTS[point]
    with house.without("worker"):
        api.create_account(point, tier="A", customer_since=SINCE.isoformat())
        assert house.rows(MESSAGE, point) == [(0, False)]
        holding = house.holding(lock, *([point] if "%s" in lock else []))
        holding.__enter__()
    try:
        house.tick()
        house.until("the worker at the point", lambda: one(house, stalled), 40)
        house.kill(victim)
    finally:
        holding.__exit__(None, None, None)
    house.until("PostgreSQL", lambda: house.rows("SELECT 1"), 20)
    assert (book_of(house, point).check_ins, book_of(house, point).flags) == ([], [])
    assert house.rows(MESSAGE, point) == [(1, False)], "claimed, not done"
    house.rows(FIVE_MINUTES_PASS)
    house.tick()
    wait_for_messages(house)
    assert (book_of(house, point).check_ins, book_of(house, point).flags) == (PLANNED, FLAGGED)
    assert house.rows(MESSAGE, point) == [(2, True)]


def test_web_killed_between_commit_and_hint(house: House, api: Api) -> None:
    """What is committed is done, though nobody was told: the next tick finds it."""
    for number in range(5):  # the point is 0.3 s wide: the time the hint gives Valkey
        ref = f"no-hint-{number}"
        body = {"name": ref, "tier": "A", "customer_since": SINCE.isoformat(), "external_ref": reference(ref)}
        with ThreadPoolExecutor(1) as pool, house.frozen("Valkey"):
            asking = pool.submit(api.ask, "POST", "/api/v1/accounts", body)
            house.until("the commit", lambda ref=ref: house.rows(MESSAGE, ref) == [(0, False)], 5)
            house.kill("web")
            answer = asking.result()
        house.tick()
        wait_for_messages(house)
        assert (book_of(house, ref).check_ins, book_of(house, ref).flags) == (PLANNED, FLAGGED)
        if answer.status == NO_ANSWER:
            break
    assert answer.status == NO_ANSWER, "never killed before the hint was given up"


def test_web_killed_inside_its_transaction(house: House, api: Api) -> None:
    """Nothing of it is stored; the client repeats it and it is there once."""
    ref, external_id = "half-done", "half-done-0"
    api.create_account(ref, tier="A")
    wait_for_messages(house)
    body = {"account_ref": reference(ref), "source": "faults", "external_id": external_id, "type": "sales_call",
            "channel": "phone", "occurred_at": "2026-01-05T12:00:00Z"}  # fmt: skip
    with ThreadPoolExecutor(1) as pool, house.holding(ACCOUNT_LOCKED, ref):
        asking = pool.submit(api.ask, "POST", "/api/v1/touchpoints", body)
        house.until("the web at the point", lambda: one(house, STALLED_AT_ACCOUNT), 5)
        house.kill("web")
        assert asking.result().status == NO_ANSWER
    count = "SELECT count(*) FROM touchpoints_touchpoint WHERE external_id = %s"
    assert one(house, count, external_id) == 0
    assert book_of(house, ref).check_ins == []
    api.insist("POST", "/api/v1/touchpoints", body, done=(201,))
    assert one(house, count, external_id) == 1
    assert [row.key for row, _ in book_of(house, ref).check_ins] == [date(2026, 1, 5)]


def test_request_repeated_while_first_is_on_its_way(house: House, api: Api) -> None:
    """An impatient client gets the same touchpoint twice, never a conflict with itself."""
    ref = "impatient"
    api.create_account(ref, tier="A")
    wait_for_messages(house)
    body = {"account_ref": reference(ref), "source": "faults", "external_id": ref, "type": "sales_call",
            "channel": "phone", "occurred_at": "2026-01-05T12:00:00Z"}  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        with house.holding(ACCOUNT_LOCKED, ref):
            asking = [pool.submit(api.ask, "POST", "/api/v1/touchpoints", body) for _ in range(2)]
            house.until("both at work", lambda: one(house, WAITING) == 2, 5)
        answers = [asked.result() for asked in asking]
    assert sorted(answer.status for answer in answers) == [200, 201]
    assert answers[0].body["id"] == answers[1].body["id"]
