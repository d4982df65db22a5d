"""What is in the database, read with SQL past the app, in the words of the plan."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults.client import SOURCE
from tests.faults.house import House
from tests.faults.plan import Pulse, Row


@dataclass
class Book:
    """One account's rows: those of operational contact, and those of the other purposes."""

    pulse: Pulse = Pulse(None, None)
    version: int = 0
    check_ins: list[tuple[Row, str]] = field(default_factory=list)  # with status
    flags: list[Row] = field(default_factory=list)
    more_check_ins: list[tuple[Row, str]] = field(default_factory=list)
    more_flags: list[Row] = field(default_factory=list)


ACCOUNTS = """
    SELECT e.external_id, a.last_touch_at, a.stale_at, a.version FROM accounts_account a
    JOIN accounts_externalid e ON e.account_id = a.id WHERE e.source = %s
"""

CHECK_INS = """
    SELECT e.external_id, c.period_on, c.due_on,
           CASE WHEN c.closed_at IS NOT NULL THEN COALESCE(t.external_id, '') END, c.purpose, c.status
    FROM touchpoints_checkin c
    JOIN accounts_externalid e ON e.account_id = c.account_id AND e.source = %s
    LEFT JOIN touchpoints_touchpoint t ON t.id = c.fulfilled_by_id
"""

FLAGS = """
    SELECT e.external_id, f.anchor_at, f.stale_at,
           CASE WHEN f.closed_at IS NOT NULL THEN COALESCE(t.external_id, '') END, f.purpose
    FROM touchpoints_staleflag f
    JOIN accounts_externalid e ON e.account_id = f.account_id AND e.source = %s
    LEFT JOIN touchpoints_touchpoint t ON t.id = f.closed_by_touchpoint_id
"""


def read_books(house: House) -> dict[str, Book]:
    """External id of the account → its rows."""
    books: dict[str, Book] = defaultdict(Book)
    for ref, last_touch_at, stale_at, version in house.rows(ACCOUNTS, SOURCE):
        books[ref].pulse, books[ref].version = Pulse(last_touch_at, stale_at), version
    for ref, period, due, closed_by, purpose, status in house.rows(CHECK_INS, SOURCE):
        shelf = books[ref].check_ins if purpose == "operational" else books[ref].more_check_ins
        shelf.append((Row(period, due, closed_by, purpose), status))
    for ref, anchor, stale, closed_by, purpose in house.rows(FLAGS, SOURCE):
        (books[ref].flags if purpose == "operational" else books[ref].more_flags).append(
            Row(anchor, stale, closed_by, purpose)
        )
    return dict(books)


def one(house: House, query: str, *values: object) -> Any:
    return house.rows(query, *values)[0][0]


OPEN_MESSAGES = "SELECT count(*) FROM outbox_outboxmessage WHERE done_at IS NULL"
SWEPT = "SELECT done_until FROM outbox_watermark WHERE name = 'touchpoints.flag_stale'"

# A claim whose worker was killed is taken up when its lease of five minutes is over. They pass here.
FIVE_MINUTES_PASS = "UPDATE outbox_outboxmessage SET lease_until = now() WHERE done_at IS NULL AND lease_until > now()"


def wait_for_messages(house: House) -> None:
    """Until the outbox is empty."""
    house.until("an empty outbox", lambda: one(house, OPEN_MESSAGES) == 0, 40)


def wait_for_quiet(house: House, *, after: datetime) -> None:
    """Until a sweep later than `after` is done and the outbox is empty."""
    house.until("the time of the sweep", lambda: one(house, "SELECT now()") > after, 30)
    house.tick()

    def quiet() -> bool:
        house.rows(FIVE_MINUTES_PASS)
        swept = house.rows(SWEPT)
        return bool(swept) and swept[0][0] > after and one(house, OPEN_MESSAGES) == 0

    house.until("a sweep and an empty outbox", quiet, 60)


def book_of(house: House, ref: str) -> Book:
    return read_books(house)[ref]
