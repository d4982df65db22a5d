"""What lies on the demo people's desks this morning: appointments, decisions on check-ins, notes, favourites."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from accounts.enums import Lifecycle
from accounts.models import Account, AccountMember, Contact, Favourite, Note, SensitiveRead
from accounts.sensitive import FIELDS
from kam.demo.ids import next_id
from kam.demo.stories import working
from kam.demo.wording import Scene, scene
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInStatus, Purpose, TouchpointStatus
from touchpoints.models import AccountCadence, Channel, CheckIn, Touchpoint, TouchpointContact, TouchpointStaff
from touchpoints.models import TouchpointType as Type
from touchpoints.services.check_ins import hand_over_check_in, reschedule_check_in, skip_check_in
from touchpoints.services.reconcile import reconcile

# Days from today, hour and minute (UTC), what became of it, and what it is about.
APPOINTMENTS: list[tuple[int, time, TouchpointStatus, Scene]] = [
    (1, time(13, 30), TouchpointStatus.PLANNED, scene("check_in video two_way . . .", "Where we stand", "")),
    (
        3,
        time(8, 0),
        TouchpointStatus.PLANNED,
        scene("business_review meeting two_way . . .", "Review of the quarter", "Figures are sent on Monday."),
    ),
    (
        9,
        time(9, 15),
        TouchpointStatus.PLANNED,
        scene("renewal phone two_way . . .", "Renewal: first talk", "Ask how the year went before the price."),
    ),
    (-4, time(10, 0), TouchpointStatus.NO_SHOW, scene("check_in phone two_way . . .", "Call about the plan", "")),
    (
        -2,
        time(14, 0),
        TouchpointStatus.CANCELLED,
        scene("demo video two_way . . .", "Demo of the forecast module", "They are ill; new date in two weeks."),
    ),
    (2, time(12, 0), TouchpointStatus.PLANNED, scene("training video two_way . . .", "Training for newcomers", "")),
    (4, time(9, 30), TouchpointStatus.PLANNED, scene("check_in visit two_way . . .", "Visit at the plant", "")),
]
NOTES = (
    "Call before nine or after four; in between they are in the hall.",
    "Invoices only with their order number, else accounting sends them back.",
    "Gate 4 for deliveries. Safety shoes, and the passport at the entrance.",
    "Prices stay within two percent until the renewal, promised in writing.",
)
RESCHEDULED = ("Asked for the week after their stocktaking.", "Contact is on leave until then.")
SKIPPED = ("Met at the trade fair instead.", "They asked for quiet until the audit is over.")
PRIVATE = {
    "outage": "Under pressure from the board since the outage. Does not want to be quoted in mails.",
    "sponsor": "Leaves in good will; offered to be called in confidence.",
}
READ_BECAUSE = "Preparing the visit with the service lead"


def _by_owner(rows: Iterable[Account]) -> dict[User, list[Account]]:
    """Customers who stay, by owner, in the order in which owners came."""
    found: dict[User, list[Account]] = defaultdict(list)
    for row in rows:
        if row.owner is not None and row.lifecycle == Lifecycle.ACTIVE:
            found[row.owner].append(row)
    return dict(found)


def fill_desks(random: Random, rows: list[Account], contacts: dict[UUID, list[Contact]], on: date) -> None:
    """Everything here changes no number of the past; what cadence makes of it is reconciled."""
    desks = _by_owner(rows)
    _make_appointments(random, desks, contacts, on)
    _write_notes(random, desks, on)
    Favourite.objects.bulk_create(
        Favourite(user=owner, account=row)
        for owner, mine in desks.items()
        for row in random.sample(mine, min(3, len(mine)))
    )
    _decide(desks, on)


def _make_appointments(
    random: Random, desks: dict[User, list[Account]], contacts: dict[UUID, list[Contact]], on: date
) -> None:
    types, channels = dict(Type.objects.values_list("key", "id")), dict(Channel.objects.values_list("key", "id"))
    rows, met, staff = [], [], []
    for turn, (owner, mine) in enumerate(desks.items()):
        chosen = random.sample(mine, min(len(APPOINTMENTS), len(mine)))
        for account, (days, at, status, about) in zip(chosen, APPOINTMENTS, strict=False):
            day = working(on + timedelta(days=days + turn % 3)) if days > 0 else _before(on, -days)
            when = datetime.combine(day, at, UTC)
            made = datetime.combine(_before(on, 6 - min(0, days)), time(9, random.randint(0, 59)), UTC)
            row = Touchpoint(
                id=next_id(random),
                account=account,
                type_id=types[about.type],
                channel_id=channels[about.channel],
                direction=about.direction,
                initiative="direct",
                status=status,
                occurred_at=when,
                planned_for=when,
                duration_minutes=30 if about.channel in ("phone", "video") else 90,
                subject=about.subject,
                notes=about.notes,
                created_by=owner,
                created_at=made,
                changed_at=max(made, min(when, datetime.combine(_before(on, 1), time(15), UTC))) if days < 0 else made,
            )
            rows.append(row)
            met.append(TouchpointContact(account=account, touchpoint=row, contact=contacts[account.pk][0]))
            staff.append(TouchpointStaff(account=account, touchpoint=row, user=owner))
    Touchpoint.objects.bulk_create(rows)
    TouchpointContact.objects.bulk_create(met)
    TouchpointStaff.objects.bulk_create(staff)


def _before(on: date, days: int) -> date:
    """So many days before, or the Friday before that."""
    day = on - timedelta(days=days)
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def _write_notes(random: Random, desks: dict[User, list[Account]], on: date) -> None:
    """The bigger customers have a pinned note, and every third of all a plain one."""
    notes = []
    for owner, mine in desks.items():
        for turn, account in enumerate(mine):
            texts = random.sample(NOTES, 2)
            at = datetime.combine(_before(on, random.randint(20, 200)), time(12, random.randint(0, 59)), UTC)
            at = max(at, account.created_at + timedelta(hours=4))
            for text, pinned in [(texts[0], True)] * (account.tier in "AB") + [(texts[1], False)] * (turn % 3 == 0):
                notes.append(
                    Note(
                        id=next_id(random),
                        account=account,
                        text=text,
                        pinned=pinned,
                        author=owner,
                        created_at=at,
                        changed_at=at,
                    )
                )
    Note.objects.bulk_create(notes)


def _decide(desks: dict[User, list[Account]], on: date) -> None:
    """Owners moved or left out the check-in that became due last, or gave one to a colleague on the account team."""
    system, now = Principal.system("seed_demo"), datetime.combine(on, time(6), UTC)
    ids = [row.pk for mine in desks.values() for row in mine]
    waiting = CheckIn.objects.visible_to(system).filter(status=CheckInStatus.OPEN, purpose=Purpose.OPERATIONAL)
    by_account = {row.account_id: row for row in waiting.filter(account__in=ids)}
    mates = {
        member.account_id: member.user
        for member in AccountMember.objects.visible_to(system)
        .filter(account__in=ids)
        .select_related("user")
        .order_by("user__name")
    }
    for turn, (owner, mine) in enumerate(desks.items()):
        open_ones = [by_account[row.pk] for row in mine if row.pk in by_account]
        if not open_ones:
            continue
        by, late = principal_for(owner), max(open_ones, key=lambda one: (one.due_on <= on, one.due_on))
        if turn % 3 == 0:
            due_on = working(on + timedelta(days=4))
            reschedule_check_in(by=by, now=now, check_in=late, due_on=due_on, reason=RESCHEDULED[turn % 2])
        elif turn % 3 == 1:
            skip_check_in(by=by, now=now, check_in=late, reason=SKIPPED[turn % 2])
        for one in open_ones:
            if one == late:
                continue
            if one.account_id in mates:
                hand_over_check_in(by=by, now=now, check_in=one, to=mates[one.account_id])
                break


def agree_own_cadence(account: Account, *, on: date) -> None:
    """A customer whose second plant is being planned wants to hear from us more often than others of the tier."""
    AccountCadence.objects.create(account=account, ideal_days=10, maximum_days=21)
    reconcile([account.pk], now=datetime.combine(on, time(6), UTC))


def read_in_confidence(contact: Contact, leader: User, *, on: date) -> None:
    """The leader had the private notes shown before a visit, and everybody on the account sees that."""
    SensitiveRead.objects.create(
        account_id=contact.account_id,
        contact=contact,
        by=leader,
        read_at=datetime.combine(_before(on, 5), time(9, 12), UTC),
        fields=list(FIELDS),
        reason=READ_BECAUSE,
    )
