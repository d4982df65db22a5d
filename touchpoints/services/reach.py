"""Recording reach without a person. No account is concerned: pulse, check-ins, flags and health stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.bounds import check_date
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.people.enums import Role
from kam.people.principal import Principal
from kam.people.rules import NotAllowed
from touchpoints.models import Channel, Reach, TouchpointType

EDITABLE = ["type", "channel", "campaign", "occurred_on", "count", "notes"]
MOST_COUNT = 2_147_483_647  # what the column holds
FURTHEST_AHEAD = timedelta(hours=14)  # of UTC, where a day begins first


@dataclass(frozen=True)
class Recorded:
    """`created` is False where the same row of the same source was here already."""

    reach: Reach
    created: bool


@transaction.atomic
def record_reach(
    *,
    by: Principal,
    now: datetime,
    type: TouchpointType,
    channel: Channel,
    occurred_on: date,
    count: int,
    **details: Any,
) -> Recorded:
    """Record how many a campaign reached on a day.

    `details` are the remaining fields of Reach. With `source` and `external_id` recording is idempotent:
    the same content again changes nothing, other content raises Conflict.
    Raises: NotAllowed; DomainError for nobody reached, a day to come, an external id without its source.
    """
    user_id = by.user_id
    if user_id is None or by.role == Role.NOBODY:
        raise NotAllowed("not_allowed", _("Only members of staff may do this."))
    reach = Reach(type=type, channel=channel, occurred_on=occurred_on, count=count, created_by_id=user_id, **details)
    _check(reach, now=now)
    earlier = _recorded_before(reach) or _insert(reach)
    return Recorded(earlier or reach, created=earlier is None)


@transaction.atomic
def edit_reach(
    *, by: Principal, now: datetime, reach: Reach, changes: Mapping[str, Any], expected_version: int | None = None
) -> Reach:
    """Correct it (EDITABLE), whoever recorded it; nothing is written where nothing differs.

    Raises: NotAllowed, NotVisible, Conflict("stale_version"), DomainError as recording does.
    """
    if by.user_id is None or by.role == Role.NOBODY:
        raise NotAllowed("not_allowed", _("Only members of staff may do this."))
    current = _locked(reach)
    _check_version(current, expected_version)
    before = {name: getattr(current, name) for name in EDITABLE}
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise DomainError("not_editable", _("This cannot be edited."), field=unknown[0])
    for name, value in changes.items():
        setattr(current, name, value)
    _check(current, now=now)
    if changed := [name for name in EDITABLE if getattr(current, name) != before[name]]:
        current.version += 1
        current.save(update_fields=[*changed, "version", "changed_at"])
    return current


@transaction.atomic
def remove_reach(*, by: Principal, reach: Reach, expected_version: int | None = None) -> None:
    """Delete it; its history stays.

    Raises: NotVisible, DomainError("not_yours") for whom `may_remove` denies it, Conflict("stale_version").
    """
    current = _locked(reach)
    if not may_remove(by, current):
        words = _("Only the person who recorded it, a leader or an administrator can remove it.")
        raise DomainError("not_yours", words)
    _check_version(current, expected_version)
    current.delete()


def may_remove(by: Principal, reach: Reach) -> bool:
    """Whoever recorded it, leaders and administrators."""
    return by.sees_everything or by.role == Role.LEADER or reach.created_by_id == by.user_id


def _check_version(reach: Reach, expected: int | None) -> None:
    if expected is not None and reach.version != expected:
        raise Conflict("stale_version", _("Somebody changed this meanwhile. Load it again and repeat your edit."))


def _check(reach: Reach, *, now: datetime) -> None:
    """The shape of what is stored; the day may be today's wherever it is today already."""
    reach.campaign = reach.campaign.strip()
    if not 1 <= reach.count <= MOST_COUNT:
        raise DomainError("nobody_reached", _("Say how many were reached: one or more."), field="count")
    check_date(reach.occurred_on, field="occurred_on")
    if reach.occurred_on > (now + FURTHEST_AHEAD).date():
        raise DomainError("in_future", _("This day is still to come."), field="occurred_on")
    if reach.external_id and not reach.source:
        raise DomainError("source_missing", _("An external id needs the source it comes from."), field="source")


def _locked(reach: Reach) -> Reach:
    rows = Reach.objects.select_related("type", "channel").select_for_update(of=("self",), no_key=True)
    current = rows.filter(pk=reach.pk).first()
    if current is None:
        raise NotVisible
    return current


def _recorded_before(reach: Reach) -> Reach | None:
    if not reach.external_id:
        return None
    earlier = Reach.objects.filter(source=reach.source, external_id=reach.external_id).first()
    columns = [Reach._meta.get_field(name).attname for name in EDITABLE]  # type: ignore[union-attr]
    if earlier and any(getattr(earlier, column) != getattr(reach, column) for column in columns):
        words = _("This source and external id were recorded before with other content.")
        raise Conflict("external_id_taken", words, field="external_id")
    return earlier


def _insert(reach: Reach) -> Reach | None:
    """Store it and return None, or return the same row that another request stored meanwhile."""
    try:
        # A savepoint, so that after a refusal we can still look.
        with translating_integrity(), transaction.atomic(savepoint=bool(reach.external_id)):
            reach.save(force_insert=True)
    except Conflict:
        if earlier := _recorded_before(reach):
            return earlier
        raise
    return None
