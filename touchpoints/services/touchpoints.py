"""Logging what happened, and taking it back. Pulse, check-ins, flags and health follow in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.health import recompute
from accounts.models import Account, Contact
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.people.enums import Role
from kam.people.models import User
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Channel, Touchpoint, TouchpointType
from touchpoints.services.forget import forget
from touchpoints.services.linking import link
from touchpoints.services.reconcile import lock_accounts, settle
from touchpoints.services.rules import (
    CLOCK_TOLERANCE,
    check_contacts,
    check_content,
    check_moment,
    check_version,
    may_remove,
)

# From the `now` of a request until its row is stored.
REQUEST = timedelta(seconds=10)


@dataclass(frozen=True)
class Logged:
    """`created` is False where the same touchpoint of the same source was here already."""

    touchpoint: Touchpoint
    created: bool


@transaction.atomic
def log_touchpoint(*, by: Principal, now: datetime, account: Account, **content: Any) -> Logged:
    """Record an interaction that took place or, with `status` planned, one that is arranged.

    `content` is that of `draft`. Staff defaults to the one who logs it. With `source` and `external_id` logging
    is idempotent: the same content again changes nothing, other content raises Conflict.
    An appointment counts for nothing until it is completed (services/appointments.py).
    """
    drafted = draft(by=by, now=now, account=account, **content)
    touchpoint = drafted.touchpoint
    if not lock_accounts([account.pk]):
        raise NotVisible  # it was merged into another one in this very moment
    if earlier := _logged_before(by, touchpoint) or _insert(by, touchpoint):
        check_same_people(earlier, drafted)
        return Logged(earlier, created=False)
    link(touchpoint, [contact.pk for contact in drafted.contacts], drafted.staff_ids(by))
    settle([account.pk], now=now)
    recompute([account.pk], as_of=now)
    return Logged(touchpoint, created=True)


@dataclass(frozen=True)
class Draft:
    """A touchpoint that keeps the rules and is not stored yet, and who took part."""

    touchpoint: Touchpoint
    contacts: Sequence[Contact]
    staff: Sequence[User]

    def staff_ids(self, by: Principal) -> list[UUID]:
        """The person who logs took part; an integration or task did not."""
        oneself = [by.user_id] if by.user_id and by.role != Role.INTEGRATION else []
        return [user.pk for user in self.staff] or oneself


def draft(
    *,
    by: Principal,
    now: datetime,
    account: Account,
    type: TouchpointType,
    channel: Channel,
    occurred_at: datetime,
    status: str = TouchpointStatus.COMPLETED,
    direction: str = "",
    initiative: str = "",
    contacts: Sequence[Contact] = (),
    staff: Sequence[User] = (),
    **details: Any,
) -> Draft:
    """What is going to be logged. Direction defaults to the channel's, initiative to the type's.

    `details` are the remaining fields of Touchpoint. Raises DomainError for a time that does not fit the
    status, a contact of another account, or whatever else breaks a rule.
    """
    touchpoint = Touchpoint(
        account=account,
        type=type,
        channel=channel,
        occurred_at=occurred_at,
        status=status,
        direction=direction or channel.default_direction,
        initiative=initiative or type.default_initiative,
        created_by_id=by.user_id,
        **details,
    )
    _check(touchpoint, contacts, now=now)
    if status == TouchpointStatus.PLANNED:
        touchpoint.planned_for = occurred_at
    else:
        touchpoint.occurred_at = min(occurred_at, now)  # what lies ahead would not count for health yet
    return Draft(touchpoint, contacts, staff)


@transaction.atomic
def remove_touchpoint(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None
) -> None:
    """Delete a touchpoint (its history stays); what it had closed is open again.

    Raises NotVisible where it is gone already, DomainError("not_yours") for whom `may_remove` denies it,
    Conflict("stale_version") where it is not the version that was read.
    """
    account_id = touchpoint.account_id
    lock_accounts([account_id])
    current = Touchpoint.objects.visible_to(by).select_related("account").filter(pk=touchpoint.pk).first()
    if current is None:
        raise NotVisible
    if not may_remove(by, current):
        words = _("Only the person who logged it, a leader or an administrator can remove it.")
        raise DomainError("not_yours", words)
    check_version(current.version, expected_version)
    forget([current])
    current.delete()
    settle([account_id], now=now)
    recompute([account_id], as_of=now)


def _check(touchpoint: Touchpoint, contacts: Sequence[Contact], *, now: datetime) -> None:
    check_moment(touchpoint.status, touchpoint.occurred_at, now=now)
    check_content(touchpoint)
    check_contacts(touchpoint.account_id, contacts)
    if bool(touchpoint.external_id) and not touchpoint.source:
        raise DomainError("source_missing", _("An external id needs the source it comes from."), field="source")


IDENTITY = [
    "account_id",
    "status",
    "type_id",
    "channel_id",
    "direction",
    "initiative",
    "duration_minutes",
    "subject",
    "notes",
    "sentiment_start",
    "sentiment_end",
    "expectation",
    "next_step",
    "episode",
    "handoffs",
    "wait_minutes",
    "resolved_first_contact",
]


def _logged_before(by: Principal, touchpoint: Touchpoint) -> Touchpoint | None:
    if not touchpoint.external_id:
        return None
    same = {"source": touchpoint.source, "external_id": touchpoint.external_id}
    earlier = Touchpoint.objects.visible_to(by).filter(**same).first()
    if earlier:
        check_same_content(earlier, touchpoint)
    return earlier


def check_same_content(earlier: Touchpoint, touchpoint: Touchpoint) -> None:
    """Under one source and external id there is one content. Raises: Conflict."""
    if any(getattr(earlier, name) != getattr(touchpoint, name) for name in IDENTITY):
        raise _other_content()
    if not _same_moment(earlier, touchpoint.occurred_at):
        raise _other_content()


def _same_moment(earlier: Touchpoint, moment: datetime) -> bool:
    """Also where it lay ahead of our clock when it was first told, and was stored as that `now`."""
    if earlier.occurred_at == moment:
        return True
    was_ahead = moment > earlier.created_at - REQUEST
    return was_ahead and earlier.occurred_at < moment <= earlier.occurred_at + CLOCK_TOLERANCE


def check_same_people(earlier: Touchpoint, drafted: Draft) -> None:
    """People are part of the content; colleagues only where they are named, since they have a default."""
    contacts, staff = {contact.pk for contact in drafted.contacts}, {user.pk for user in drafted.staff}
    if contacts != {link.contact_id for link in earlier.contact_links.all()}:
        raise _other_content()
    if staff and staff != {link.user_id for link in earlier.staff_links.all()}:
        raise _other_content()


def _other_content() -> Conflict:
    words = _("This source and external id were logged before with other content.")
    return Conflict("external_id_taken", words, field="external_id")


def _insert(by: Principal, touchpoint: Touchpoint) -> Touchpoint | None:
    """Store it and return None, or return the same touchpoint that another request stored meanwhile.

    Impatient clients repeat what is still on its way; the second request waits at the index for the first.
    """
    try:
        # A savepoint, so that after a refusal we can still look; only an external id can be refused for being there.
        with translating_integrity(), transaction.atomic(savepoint=bool(touchpoint.external_id)):
            touchpoint.save(force_insert=True)
    except Conflict:
        if earlier := _logged_before(by, touchpoint):
            return earlier
        raise
    return None
