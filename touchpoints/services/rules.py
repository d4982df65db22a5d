"""What a touchpoint must be, and whose it is to change."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Contact
from kam.core.errors import Conflict, DomainError
from kam.people.enums import Role
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Touchpoint

# Clocks of phones and other systems differ from ours. What they call later than now happened now.
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def check_moment(status: str, occurred_at: datetime, *, now: datetime) -> None:
    """What is planned lies ahead, what took place does not; a cancelled appointment may be of any time."""
    field = "occurred_at"
    if status == TouchpointStatus.PLANNED and occurred_at <= now:
        raise DomainError("in_past", _("An appointment lies ahead: choose a time to come."), field=field)
    if status in (TouchpointStatus.COMPLETED, TouchpointStatus.NO_SHOW) and occurred_at > now + CLOCK_TOLERANCE:
        raise DomainError("in_future", _("This has not happened yet: choose a time that has passed."), field=field)
    if occurred_at < EARLIEST:
        raise DomainError("too_early", _("Choose a date after 1900."), field=field)
    if occurred_at >= LATEST:
        raise DomainError("too_late", _("Choose a date before 2200."), field=field)


def status_at(occurred_at: datetime, *, now: datetime) -> TouchpointStatus:
    """What is told of a time to come is an appointment; what took place is completed."""
    return TouchpointStatus.PLANNED if occurred_at > now + CLOCK_TOLERANCE else TouchpointStatus.COMPLETED


def check_content(touchpoint: Touchpoint) -> None:
    """Only what took place can have gone well or badly."""
    if touchpoint.status == TouchpointStatus.COMPLETED:
        return
    for field in ("sentiment_start", "sentiment_end", "expectation"):
        if getattr(touchpoint, field) not in (None, ""):
            raise DomainError("not_happened", _("How it went is said once it took place."), field=field)


def check_contacts(account_id: UUID, contacts: Sequence[Contact]) -> None:
    if any(contact.account_id != account_id for contact in contacts):
        raise DomainError("contact_elsewhere", _("A contact belongs to another account."), field="contacts")


def check_version(version: int, expected: int | None) -> None:
    """It is still the version that was read (None: whichever). Raises: Conflict("stale_version")."""
    if expected is not None and version != expected:
        words = _("Somebody changed this touchpoint meanwhile. Load it again and repeat your edit.")
        raise Conflict("stale_version", words)


def may_remove(by: Principal, touchpoint: Touchpoint) -> bool:
    """Whether this is theirs to take back: what they logged themselves; for leaders, whatever their teams did."""
    if by.sees_everything or (by.user_id is not None and touchpoint.created_by_id == by.user_id):
        return True
    return by.role == Role.LEADER and touchpoint.account.team_id in by.team_ids


def may_amend(by: Principal, touchpoint: Touchpoint, *, staff_ids: Collection[UUID] | None = None) -> bool:
    """Whether this is theirs to correct: theirs to remove, or they took part. `staff_ids`: where already read."""
    if may_remove(by, touchpoint):
        return True
    took_part = [user.pk for user in touchpoint.staff.all()] if staff_ids is None else staff_ids
    return by.user_id in took_part
