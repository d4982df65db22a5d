"""Handing over what a leaver holds, and ending their account, in one step.

Floors above register what people hold; people itself holds teams only as their leader.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kam.core.errors import Conflict, DomainError
from kam.people.enums import MembershipRole
from kam.people.models import Membership, User
from kam.people.principal import Principal
from kam.people.rules import administrators_only, lock_people
from kam.people.services import deactivate_user


class Move(Protocol):
    """Give all that `from_user` holds to `to_user`, None: to nobody. Set-based; how many. Raises: DomainError."""

    def __call__(self, *, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int: ...


@dataclass(frozen=True)
class Holding:
    """A kind of things people hold.

    `counts(principal, user_ids)` says how many each of them holds, in one query; those without may be left
    out. `unheld` says what becomes of them where nobody takes them. `address(user_id)` lists them.
    """

    key: str
    label: str | Promise
    counts: Callable[[Principal, Sequence[UUID]], Mapping[UUID, int]]
    move: Move
    unheld: str | Promise
    address: Callable[[UUID], str] | None = None
    listed: bool = False  # has a column in the list of people


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Have people hand this over when they leave; in the order of registration."""
    _holdings[holding.key] = holding


def holdings() -> list[Holding]:
    return list(_holdings.values())


@dataclass(frozen=True)
class Held:
    """How many of a kind somebody holds, and where they are listed ("": nowhere)."""

    kind: Holding
    number: int
    url: str


def held_by(principal: Principal, user: User) -> list[Held]:
    """What `user` holds; nothing of which there is none."""
    found = []
    for kind in holdings():
        if number := kind.counts(principal, [user.pk]).get(user.pk, 0):
            found.append(Held(kind, number, kind.address(user.pk) if kind.address else ""))
    return found


@transaction.atomic
def hand_over(*, by: Principal, user: User, takers: Mapping[str, User | None], now: datetime) -> dict[str, int]:
    """Give away all that `user` holds and end their account; key of the holding → how many were moved.

    `takers`: who takes which kind; what is not named goes to nobody.
    Raises: Conflict `left_already`, `last_administrator`; DomainError `taker_unfit`, or what a holding raises.
    """
    administrators_only(by)
    locked = lock_people(user.pk, *(taker.pk for taker in takers.values() if taker))
    leaver = locked[user.pk]
    if not leaver.is_active:
        raise Conflict("left_already", _("This person is deactivated already."))
    moved = {}
    for holding in holdings():
        taker = takers.get(holding.key)
        if taker is not None:
            taker = _fit(locked[taker.pk], leaver, field=holding.key)
        moved[holding.key] = holding.move(by=by, from_user=leaver, to_user=taker, now=now)
    deactivate_user(by=by, user=leaver, now=now)
    return moved


def _fit(taker: User, leaver: User, *, field: str) -> User:
    if taker.pk == leaver.pk or not taker.is_active or taker.is_integration:
        raise DomainError("taker_unfit", _("This person cannot take anything over."), field=field)
    return taker


def teams_led(principal: Principal, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    """user id → how many teams they lead."""
    leading = Membership.objects.filter(user_id__in=user_ids, role=MembershipRole.LEADER)
    return dict(leading.values_list("user_id").annotate(Count("id")).order_by())


def pass_on_teams(*, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int:
    """Whoever takes them leads these teams from now on; who worked in one of them leads it as well."""
    led = Membership.objects.filter(user=from_user, role=MembershipRole.LEADER)
    teams = list(led.values_list("team_id", flat=True))
    if to_user is not None:
        Membership.objects.bulk_create(
            [Membership(user=to_user, team_id=team_id, role=MembershipRole.LEADER) for team_id in teams],
            update_conflicts=True,
            unique_fields=["user", "team"],
            update_fields=["role"],
        )
    led.delete()
    return len(teams)
