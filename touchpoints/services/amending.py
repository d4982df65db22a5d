"""Correcting what is recorded of a touchpoint. What followed from it before is taken back, and follows anew."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.health import recompute
from kam.core.errors import DomainError, NotVisible
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Touchpoint
from touchpoints.services.forget import forget_former
from touchpoints.services.linking import relink
from touchpoints.services.reconcile import lock_accounts, settle
from touchpoints.services.rules import check_contacts, check_content, check_moment, check_version, may_amend

# Account, source and external id say which touchpoint it is; its status moves by services of its own.
EDITABLE = (
    "type",
    "channel",
    "direction",
    "initiative",
    "occurred_at",
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
)
PEOPLE = ("contacts", "staff")
# Whether and when it is counted contact: check-ins and flags followed from these.
DECIDING = {"type", "direction", "occurred_at", "status"}


@transaction.atomic
def amend_touchpoint(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None, **changes: Any
) -> Touchpoint:
    """Make `changes` to fields of EDITABLE, and to `contacts` and `staff`; what is not named stays.

    Raises: NotVisible; DomainError("not_yours") for whom `may_amend` denies it; Conflict("stale_version")
    where it has another version by now; DomainError for what cannot be.
    """
    if unknown := sorted(set(changes) - {*EDITABLE, *PEOPLE}):
        raise DomainError("not_editable", _("This cannot be edited."), field=unknown[0])
    current = held(by, touchpoint, expected_version=expected_version)
    return store(current, changes, now=now)


def held(by: Principal, touchpoint: Touchpoint, *, expected_version: int | None) -> Touchpoint:
    """The touchpoint as it is now, its account locked, for one who may change it."""
    lock_accounts([touchpoint.account_id])
    current = Touchpoint.objects.visible_to(by).select_related("account").filter(pk=touchpoint.pk).first()
    if current is None:
        raise NotVisible
    if not may_amend(by, current):
        words = _("Only who logged it or took part, a leader or an administrator can change it.")
        raise DomainError("not_yours", words)
    check_version(current.version, expected_version)
    return current


def store(current: Touchpoint, changes: Mapping[str, Any], *, now: datetime) -> Touchpoint:
    """Write what differs and all that follows from it; the caller holds the lock of its account."""
    former = copy(current)
    for name, value in changes.items():
        if name not in PEOPLE:
            setattr(current, name, value)
    differing = {name for name in changes if name not in PEOPLE and _column(current, name) != _column(former, name)}
    _check(current, changes, differing, now=now)
    met_others, others_went = relink(current, contacts=_ids(changes, "contacts"), staff=_ids(changes, "staff"))
    if not (differing or met_others or others_went):
        return current
    current.version += 1
    current.save(update_fields=[*sorted(differing), "planned_for", "version", "changed_at"])
    if differing & DECIDING or others_went:
        forget_former([former])
    settle([current.account_id], now=now)
    recompute([current.account_id], as_of=now)
    return current


def _check(current: Touchpoint, changes: Mapping[str, Any], differing: set[str], *, now: datetime) -> None:
    """An edit is not refused for what it leaves alone: an appointment that has passed may still get notes."""
    reopened = "status" in differing and current.status == TouchpointStatus.PLANNED  # its time may have passed
    if differing & {"occurred_at", "status"} and not reopened:
        check_moment(current.status, current.occurred_at, now=now)
        if current.status == TouchpointStatus.COMPLETED:
            current.occurred_at = min(current.occurred_at, now)  # as log_touchpoint does
    if current.status != TouchpointStatus.COMPLETED:
        current.planned_for = current.occurred_at
    check_content(current)
    check_contacts(current.account_id, changes.get("contacts") or ())


def _ids(changes: Mapping[str, Any], name: str) -> list[UUID] | None:
    return [person.pk for person in changes[name]] if changes.get(name) is not None else None


def _column(touchpoint: Touchpoint, name: str) -> Any:
    """What the column holds: comparing rows themselves would load them."""
    return getattr(touchpoint, f"{name}_id" if name in ("type", "channel") else name)
