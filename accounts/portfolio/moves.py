"""Whose health changed most, and which signal did it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.health.movement import Cause, cause_of_move
from accounts.health.registry import signals
from accounts.rollup.foremost import Customer


@dataclass(frozen=True)
class Mover:
    """A customer whose health `moved`; `label` names the signal that moved it most, where one is known."""

    account: Customer
    moved: int
    cause: Cause | None
    label: str | Promise


def movers(accounts: Sequence[Customer]) -> list[Mover]:
    """Each with its cause; all have a health and an earlier one."""
    labels = {signal.key: signal.label for signal in signals()}
    return [_mover(account, labels) for account in accounts]


def _mover(account: Customer, labels: dict[str, str | Promise]) -> Mover:
    earlier, now, weights = account.earlier_readings, account.readings, account.weights
    cause = None if earlier is None or now is None or weights is None else cause_of_move(earlier, now, weights)
    moved = (account.health or 0) - (account.earlier_health or 0)
    return Mover(account, moved, cause, labels.get(cause.key, cause.key) if cause else "")
