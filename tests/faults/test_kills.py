"""Everything is killed, again and again, while customers' touchpoints come in: nothing lost, nothing doubled."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.books import Book, one, read_books, wait_for_messages, wait_for_quiet
from tests.faults.client import NO_ANSWER, SOURCE, Api
from tests.faults.house import NAMES, House
from tests.faults.plan import DAYS, Row, Rows, Story, Touch, check_ins, flags, pulse

pytestmark = pytest.mark.faults

ROUNDS = 5  # each kills every process once
TOUCHES, ACCOUNTS, BORN_LATER, CLIENTS = 500, 44, 12, 4
LONG_AGO = timedelta(days=500)
SOON = timedelta(seconds=4)  # some become stale this soon after they were touched
TYPES = ["sales_call", "support_case", "business_review", "check_in", "purchase", "billing", "website_visit"]
DIRECTIONS = ["two_way", "two_way", "inbound", "outbound"]


@dataclass
class Customer:
    """A story in the making. `quiet_for`: the newest of its touchpoints lies at least that far back."""

    story: Story
    quiet_for: timedelta
    account_id: str = ""

    def moment(self, dice: random.Random) -> datetime:
        """Half of them a step newer than any before (sometimes on the same day), half anywhere in the past."""
        newest = max((touch.occurred_at for touch in self.story.touches), default=now() - LONG_AGO)
        limit = now() - self.quiet_for
        if newest < limit and dice.random() < 0.5:
            return min(newest + timedelta(days=dice.uniform(0.1, 12)), limit)
        return limit - dice.random() * (LONG_AGO - self.quiet_for)


@dataclass
class Chaos:
    """Clients at work until told that the killing is over; each owns its customers."""

    api: Api
    seed: int
    over: threading.Event = field(default_factory=threading.Event)
    stories: list[Story] = field(default_factory=list)
    touched: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)

    def work(self, client: int, customers: list[Customer], unborn: list[Customer]) -> None:
        """Touch one's customers in random order; now and then win a new one, or move one to another tier."""
        dice = random.Random(f"{self.seed} {client}")
        while not self.over.is_set() or self.touched.total() < TOUCHES:
            if unborn and dice.random() < 0.08:
                customers.append(unborn.pop())
                self.create(customers[-1].story)
            customer = dice.choice(customers)
            if customer.story.tiers_moved and dice.random() < 0.3:
                self.move(customer, dice.choice("ABCD".replace(customer.story.tier or "-", "")))
            else:
                self.touch(customer, dice)

    def create(self, story: Story) -> None:
        since = {} if story.since is None else {"customer_since": story.since.isoformat()}
        self.api.create_account(story.ref, tier=story.tier, lifecycle=story.lifecycle, **since)
        self.stories.append(story)

    def move(self, customer: Customer, tier: str) -> None:
        self.api.set_tier(customer.account_id, tier)
        customer.story.tier = tier
        self.moves[customer.story.ref] += 1

    def touch(self, customer: Customer, dice: random.Random) -> None:
        story = customer.story
        external_id = f"{story.ref}-{len(story.touches)}"
        said = {"type": dice.choice(TYPES), "direction": dice.choice(DIRECTIONS), "channel": "phone"}
        occurred_at, asked_at = customer.moment(dice), now()
        self.api.touch(story.ref, external_id, occurred_at=occurred_at.isoformat(), **said)
        story.touches.append(Touch(external_id, occurred_at, said["type"], said["direction"], asked_at, now()))
        self.touched[story.ref] += 1


def now() -> datetime:
    return datetime.now(UTC)


def make_customers(dice: random.Random) -> list[Customer]:
    """Silent for too long, about to be, or fresh; with and without tier and date; some prospects."""
    made = []
    for number in range(ACCOUNTS + BORN_LATER):
        tier = "ABCD"[number % 4] if number % 9 else ""
        story = Story(f"chaos-{number:02}", tier)
        if number % 5:
            story.since = (now() - timedelta(days=dice.randrange(1, 700))).date()
        if number % 11 == 10:
            story.lifecycle, story.since = "prospect", None
        elif number < ACCOUNTS and number % 6 == 5:
            story.tiers_moved = True
        most = timedelta(days=DAYS["operational"][tier][1])
        made.append(Customer(story, [most * 1.2, most - SOON, timedelta(0)][number % 3]))
    return made


def kill_in_turn(house: House, dice: random.Random) -> None:
    """Every process once per round, in any order, at any moment; whole sessions and leaders alone."""
    for number in range(ROUNDS):
        for name in dice.sample(NAMES, len(NAMES)):
            time.sleep(dice.uniform(0.1, 1.6))
            house.kill(name, whole=bool(number % 2))


def open_shop(house: House, chaos: Chaos, customers: list[Customer]) -> None:
    """Customers who are planned for before the chaos begins."""
    for customer in customers:
        chaos.create(customer.story)
    wait_for_messages(house)
    ids = dict(house.rows("SELECT external_id, account_id::text FROM accounts_externalid WHERE source = %s", SOURCE))
    for customer in customers:
        customer.account_id, customer.story.planned_at = ids[customer.story.ref], now()


def let_loose(house: House, chaos: Chaos, present: list[Customer], unborn: list[Customer], dice: random.Random) -> None:
    """Clients at work while everything is killed; returns when the last of their requests is acknowledged."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = [(client, present[client::CLIENTS], unborn[client::CLIENTS]) for client in range(CLIENTS)]
        at_work = [pool.submit(chaos.work, *part) for part in parts]
        try:
            kill_in_turn(house, dice)
        finally:
            chaos.over.set()
        for client in at_work:
            client.result()


def test_kills_lose_nothing_and_double_nothing(house: House, api: Api) -> None:
    seed = random.SystemRandom().randrange(10**6)
    dice, chaos = random.Random(seed), Chaos(api, seed)
    customers = make_customers(dice)
    open_shop(house, chaos, customers[:ACCOUNTS])
    beginning, first_kill, before = now(), len(house.kills), Counter(api.answers)
    let_loose(house, chaos, customers[:ACCOUNTS], customers[ACCOUNTS:], dice)
    end, kills = now(), Counter(kill.name for kill in house.kills[first_kill:])
    done_meanwhile = one(house, "SELECT count(*) FROM outbox_outboxmessage WHERE done_at > %s", beginning)
    print(  # noqa: T201  shown with a failure, and by -s
        f"seed {seed}: {(end - beginning).total_seconds():.0f} s, kills {dict(kills)}, "
        f"answers {dict(api.answers - before)}, {done_meanwhile} messages worked on, "
        f"{chaos.touched.total()} touchpoints over {len(chaos.touched)} accounts, {chaos.moves.total()} moves"
    )
    wait_for_quiet(house, after=now() + SOON)
    as_of = now()
    print(f"quiet after {(as_of - end).total_seconds():.0f} s")  # noqa: T201

    assert min(kills[name] for name in NAMES) >= 5, "each was killed at least five times"
    assert len({kill.pid for kill in house.kills}) == len(house.kills), "each kill ended another process"
    assert chaos.touched.total() >= TOUCHES
    assert len(chaos.touched) >= 40
    assert len(chaos.stories) > ACCOUNTS, "some were won during the chaos"
    failed = (api.answers - before)[NO_ANSWER] + (api.answers - before)[503]
    assert failed >= 20, "the clients felt the kills"
    assert done_meanwhile >= 20, "the worker worked between the kills"
    assert_touchpoints_exactly_once(house, chaos)
    assert_outbox_complete(house, chaos)
    assert_books_equal_plan(house, chaos, as_of=as_of)


def assert_touchpoints_exactly_once(house: House, chaos: Chaos) -> None:
    """What was acknowledged, all of it, once; and nothing else, since the clients insisted until the last one."""
    stored = house.rows(
        "SELECT t.external_id, e.external_id, t.occurred_at, t.direction, y.key FROM touchpoints_touchpoint t"
        " JOIN accounts_externalid e ON e.account_id = t.account_id AND e.source = t.source"
        " JOIN touchpoints_touchpointtype y ON y.id = t.type_id WHERE t.source = %s AND e.external_id LIKE 'chaos-%%'",
        SOURCE,
    )
    acknowledged = [
        (touch.external_id, story.ref, touch.occurred_at, touch.direction, touch.type)
        for story in chaos.stories
        for touch in story.touches
    ]
    assert sorted(stored) == sorted(acknowledged)


def assert_outbox_complete(house: House, chaos: Chaos) -> None:
    """A message per account made and per edit, each done once."""
    assert one(house, "SELECT count(*) FROM outbox_outboxmessage WHERE done_at IS NULL") == 0
    found = house.rows(
        "SELECT e.external_id, count(*) FROM outbox_outboxmessage m"
        " JOIN accounts_externalid e ON m.payload = jsonb_build_object('account_ids', ARRAY[e.account_id::text])"
        " WHERE m.topic = 'account.cadence_inputs_changed' AND e.external_id LIKE 'chaos-%' GROUP BY 1"
    )
    assert dict(found) == {story.ref: 1 + chaos.moves[story.ref] for story in chaos.stories}


def assert_books_equal_plan(house: House, chaos: Chaos, *, as_of: datetime) -> None:
    books = read_books(house)
    wrong = {story.ref: found for story in chaos.stories if (found := faults_of(story, books[story.ref], as_of, chaos))}
    assert wrong == {}
    opened = [story for story in chaos.stories if any(row.closed_by is None for row in books[story.ref].flags)]
    assert 5 < len(opened) < len(chaos.stories), "some are stale and some are not"


def faults_of(story: Story, book: Book, as_of: datetime, chaos: Chaos) -> list[object]:
    """Where an account's rows differ from its plan."""
    planned = [*book.check_ins, *book.more_check_ins]
    rows = [row for row, _ in planned]
    found: list[object] = []
    if book.pulse != pulse(story):
        found.append(("pulse", book.pulse, pulse(story)))
    if book.version != 1 + chaos.moves[story.ref]:
        found.append(("version", book.version))
    found += [(row, status) for row, status in planned if status != status_of(row)]
    compare = differences_after_moves if story.tiers_moved else Rows.wrong
    found += compare(check_ins(story), rows)
    found += compare(flags(story, as_of=as_of), [*book.flags, *book.more_flags])
    return found


def status_of(check_in: Row) -> str:
    return "open" if check_in.closed_by is None else "done" if check_in.closed_by else "cancelled"


def differences_after_moves(plan: Rows, rows: list[Row]) -> list[object]:
    """What is open is by today's tier. What was closed has a planned key and closer, its date is that of an older
    tier; a flag is there only if it was stale by the tier of its time, and a longer cadence closes it too."""
    closers = {(row.purpose, row.key): row.closed_by for row in plan.must | plan.may}
    wrong = [row for row in plan.must if row.closed_by is None and row not in rows]
    wrong += [row for row in rows if row.closed_by is None and row not in plan.must]
    wrong += [row for row in rows if row.closed_by and closers.get(_key(row), row.closed_by) != row.closed_by]
    return [*wrong, *(key for key, often in Counter(map(_key, rows)).items() if often > 1)]


def _key(row: Row) -> tuple[str, object]:
    return row.purpose, row.key
