"""Whose health changed most, and which signal did it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Abs
from django.utils.functional import Promise

from accounts import criteria
from accounts.health.movement import Cause, cause_of_move
from accounts.health.registry import signals
from accounts.models import Account


@dataclass(frozen=True)
class Mover:
    """An account with `earlier_health` and `moved`; `label` names the signal that moved it most, where one is known."""

    account: Account
    cause: Cause | None
    label: str | Promise


def movers(accounts: QuerySet[Account], *, on: date, limit: int) -> list[Mover]:
    """The steepest changes of health since a day; one query."""
    earlier = criteria.with_earlier_readings(criteria.with_earlier_health(accounts, on=on), on=on)
    moved = earlier.filter(Q(criteria.MOVED_DOWN) | Q(criteria.MOVED_UP))
    steepest = moved.annotate(moved=F("health") - F("earlier_health"), steepness=Abs(F("moved")))
    steepest = steepest.order_by("-steepness", "moved", "id")
    labels = {signal.key: signal.label for signal in signals()}
    return [_mover(account, labels) for account in steepest.select_related("owner", "health_result")[:limit]]


def _mover(account: Account, labels: dict[str, str | Promise]) -> Mover:
    result = getattr(account, "health_result", None)
    earlier = account.earlier_readings  # type: ignore[attr-defined]
    cause = cause_of_move(earlier, result.readings, result.weights) if result and earlier is not None else None
    return Mover(account, cause, labels.get(cause.key, cause.key) if cause else "")
