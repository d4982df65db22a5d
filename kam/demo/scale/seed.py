"""Write a company of any size: a hundred thousand accounts and a million touchpoints take a minute and a half.

Set-based throughout: no row of accounts, contacts or touchpoints passes through Python, except on the desks of the
two managers who sign in.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from random import Random
from time import monotonic
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Account, Contact, Segment
from kam.demo import people as cast
from kam.demo.companies import SEGMENTS
from kam.demo.desk import fill_desks
from kam.demo.house import set_up_house
from kam.demo.ids import next_id
from kam.demo.scale import accounts as scale_accounts
from kam.demo.scale import touchpoints as scale_touchpoints
from kam.demo.scale.drawing import forget_drawing, prepare_drawing
from kam.demo.scale.following import count_for_leaders, draw_conclusions
from kam.demo.scale.loading import strip
from kam.demo.scale.people import hire
from kam.demo.seed import Seeded
from kam.people.models import User
from kam.people.principal import principal_for

FEWEST = 60  # accounts: ten for each of six managers
FOR_THE_LOAD = "SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL jit = off"
ACCOUNT, *WITH_ACCOUNTS = scale_accounts.TABLES
# Written above all, and read below in joins with millions: nobody else tells the planner how small these are.
CATALOGUE = (
    "touchpoints_touchpointtype",
    "touchpoints_channel",
    "touchpoints_cadencepolicy",
    "accounts_segment",
    "people_user",
    "people_team",
    "people_membership",
)
HEALTH = ("accounts_healthresult", "accounts_healthsnapshot")
ROLLUP = ("accounts_rollupentry", "accounts_rollupcell", "accounts_rollupyear", "accounts_rollupmonth")
WRITTEN = (*scale_accounts.TABLES, *scale_touchpoints.TABLES)
COUNTS = "SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {}), (SELECT count(*) FROM {})".format(
    "accounts_account", "accounts_contact", "touchpoints_touchpoint"
)
DESKS = (cast.MANAGERS["Zurich"][0], cast.MANAGERS["Copenhagen"][0])


@transaction.atomic
def seed_at_scale(
    *, password: str, on: date, seed: int, accounts: int, touchpoints: int, say: Callable[[str], None] = lambda _: None
) -> Seeded:
    """Fill an empty database with so many accounts and touchpoints, as they stand on the morning of `on`."""
    random, steps = Random(seed), _Steps(say)
    seats = hire(random, password, accounts=accounts)
    segments = {name: Segment.objects.create(id=next_id(random), name=name) for name in SEGMENTS}
    set_up_house(partial(next_id, random), list(User.objects.order_by("id")), segments)
    steps.done("people")
    _prepare(seed)
    _analyse(*CATALOGUE)
    stripped = strip(WRITTEN)
    midnight = datetime.combine(on, time(), UTC)
    scale_accounts.write_accounts(seats, list(segments.values()), accounts=accounts, on=midnight)
    steps.done("accounts and contacts")
    scale_touchpoints.write_touchpoints(
        accounts=accounts, total=touchpoints, on=midnight, progress=lambda last: steps.done(f"{last} touchpoints")
    )
    # The account's own indexes come last: everything below writes its row several times.
    stripped.restore_indexes(*WITH_ACCOUNTS, *scale_touchpoints.TABLES)
    _analyse(*WRITTEN)
    steps.done("indexes")
    draw_conclusions(now=datetime.combine(on, time(6), UTC), progress=steps.done)
    stripped.restore_indexes(ACCOUNT)
    stripped.restore_foreign_keys()
    forget_drawing()
    _analyse(ACCOUNT, *HEALTH)
    steps.done("account indexes and foreign keys")
    count_for_leaders(now=datetime.combine(on, time(6), UTC), progress=steps.done)
    _analyse(*ROLLUP)
    _fill_desks(random, on)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return Seeded(*cursor.fetchone())


def settle() -> None:
    """As autovacuum will within minutes: until then what an index could say alone is looked up in the table, too.

    VACUUM takes no part in a transaction: call it after that of the seeding.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join((*WRITTEN, *HEALTH, *ROLLUP))}")


class _Steps:
    """Says what is done and how long it took since the step before."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.since = say, monotonic()

    def done(self, what: str) -> None:
        now = monotonic()
        self.say(f"{now - self.since:7.1f} s  {what}")
        self.since = now


def _prepare(seed: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FOR_THE_LOAD)
    prepare_drawing(seed)


def _analyse(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _fill_desks(random: Random, on: date) -> None:
    """Appointments, notes, favourites and decisions for those who sign in."""
    for name in DESKS:
        owner = principal_for(User.objects.get(email=cast.SIGN_INS[name][0]))
        mine = Account.objects.visible_to(owner).filter(owner_id=owner.user_id).select_related("owner").order_by("id")
        found = Contact.objects.visible_to(owner).filter(account__in=mine).order_by("account_id", "id")
        contacts: dict[UUID, list[Contact]] = {}
        for contact in found:
            contacts.setdefault(contact.account_id, []).append(contact)
        fill_desks(random, list(mine), contacts, on)
