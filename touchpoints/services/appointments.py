"""What became of an appointment: it took place, was cancelled, or the customer did not come."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError
from kam.people.principal import Principal
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Touchpoint
from touchpoints.services.amending import EDITABLE, PEOPLE, held, store

UNJUDGED = {"sentiment_start": None, "sentiment_end": None, "expectation": ""}


@transaction.atomic
def complete_touchpoint(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None, **changes: Any
) -> Touchpoint:
    """It took place, and went as `changes` say (as for amend_touchpoint); from now on it is counted like any other.

    Without `occurred_at` it took place when it was planned, or now where that is still to come.
    Raises: what amend_touchpoint raises; Conflict("not_planned") where that was told already.
    """
    if unknown := sorted(set(changes) - {*EDITABLE, *PEOPLE}):
        raise DomainError("not_editable", _("This cannot be edited."), field=unknown[0])
    current = _planned(by, touchpoint, expected_version)
    moment = changes.pop("occurred_at", None) or min(current.occurred_at, now)
    return store(current, {**changes, "occurred_at": moment, "status": TouchpointStatus.COMPLETED}, now=now)


@transaction.atomic
def cancel_touchpoint(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None
) -> Touchpoint:
    """It will not take place, or did not; it stays on the timeline and counts for nothing."""
    return store(_planned(by, touchpoint, expected_version), {"status": TouchpointStatus.CANCELLED}, now=now)


@transaction.atomic
def record_no_show(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None
) -> Touchpoint:
    """Its time came and the customer did not. Raises DomainError("in_future") before its time."""
    return store(_planned(by, touchpoint, expected_version), {"status": TouchpointStatus.NO_SHOW}, now=now)


@transaction.atomic
def reopen_touchpoint(
    *, by: Principal, now: datetime, touchpoint: Touchpoint, expected_version: int | None = None
) -> Touchpoint:
    """Undo of the three above: the appointment waits again, for its own time, whatever was said of it is unsaid.

    Raises: Conflict("no_appointment") where it never was one.
    """
    current = held(by, touchpoint, expected_version=expected_version)
    if current.planned_for is None:
        raise Conflict("no_appointment", _("This was no appointment."))
    if current.status == TouchpointStatus.PLANNED:
        return current
    changes = {**UNJUDGED, "status": TouchpointStatus.PLANNED, "occurred_at": current.planned_for}
    return store(current, changes, now=now)


def _planned(by: Principal, touchpoint: Touchpoint, expected_version: int | None) -> Touchpoint:
    current = held(by, touchpoint, expected_version=expected_version)
    if current.status != TouchpointStatus.PLANNED:
        words = _("This is no appointment, or it was told already what became of it.")
        raise Conflict("not_planned", words)
    return current
