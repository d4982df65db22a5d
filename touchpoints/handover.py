"""What a leaver still has to do: check-ins assigned to them, and appointments they take part in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from kam.people.handover import Holding, register
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInStatus, TouchpointStatus
from touchpoints.models import CheckIn, Touchpoint, TouchpointStaff
from touchpoints.services.reconcile import lock_accounts


def register_holdings() -> None:
    register(
        Holding(
            key="check_ins",
            label=_("Assigned check-ins"),
            counts=assigned,
            move=pass_on_check_ins,
            unheld=_("Fall to the owners of their accounts"),
        )
    )
    register(
        Holding(
            key="appointments",
            label=_("Appointments"),
            counts=appointments,
            move=pass_on_appointments,
            unheld=_("Stay planned, without a colleague"),
        )
    )


def assigned(principal: Principal, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    """user id → how many open check-ins are assigned to them; those of their own accounts need no assigning."""
    rows = _open_check_ins(principal).filter(assigned_to_id__in=user_ids)
    return dict(rows.values_list("assigned_to_id").annotate(Count("id")).order_by())


def appointments(principal: Principal, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = _places_in_appointments(principal).filter(user_id__in=user_ids)
    return dict(rows.values_list("user_id").annotate(Count("id")).order_by())


def pass_on_check_ins(*, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int:
    """To `to_user` where they see the account and do not own it; the others fall to the owners of theirs."""
    held = _open_check_ins(by).filter(assigned_to=from_user)
    if not _lock(held):
        return 0
    taken = 0
    if to_user is not None:
        seen = Account.objects.visible_to(principal_for(to_user)).exclude(owner=to_user)
        taken = held.filter(account__in=seen.values("pk")).update(assigned_to=to_user)
    return taken + held.update(assigned_to=None)


def pass_on_appointments(*, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int:
    """`to_user` takes part instead; where they do already, they simply stay."""
    held = _places_in_appointments(by).filter(user=from_user)
    if not _lock(held):
        return 0
    places = list(held.values_list("pk", "touchpoint_id", "account_id"))
    touched = Touchpoint.objects.visible_to(by).filter(
        pk__in=[touchpoint_id for _pk, touchpoint_id, _account in places]
    )
    if to_user is not None:
        TouchpointStaff.objects.bulk_create(
            [
                TouchpointStaff(touchpoint_id=touchpoint_id, account_id=account_id, user=to_user)
                for _pk, touchpoint_id, account_id in places
            ],
            ignore_conflicts=True,
        )
    TouchpointStaff.objects.visible_to(by).filter(pk__in=[pk for pk, _touchpoint, _account in places]).delete()
    touched.update(version=F("version") + 1, changed_at=Greatest("changed_at", now))
    return len(places)


def _lock(held: QuerySet[Any]) -> bool:
    """Lock the accounts of what is held, as every writer of check-ins and touchpoints does; whether there are any."""
    account_ids = set(held.values_list("account_id", flat=True))
    if account_ids:
        lock_accounts(account_ids)
    return bool(account_ids)


def _open_check_ins(principal: Principal) -> QuerySet[CheckIn]:
    return CheckIn.objects.visible_to(principal).filter(status=CheckInStatus.OPEN)


def _places_in_appointments(principal: Principal) -> QuerySet[TouchpointStaff]:
    return TouchpointStaff.objects.visible_to(principal).filter(touchpoint__status=TouchpointStatus.PLANNED)
