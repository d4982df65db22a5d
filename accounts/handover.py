"""What a leaver holds of accounts: those they own, and their places in account teams.

The first portion moves in the step that ends their account; where there are more, the outbox moves the
others within seconds: twenty thousand at once, each with its history, took a minute. A last look a
minute later takes what somebody gave them in the very moment they left.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import MemberRole
from accounts.models import Account, AccountMember
from accounts.services.editing import CADENCE_INPUTS_CHANGED
from accounts.services.reassigning import reassign_accounts
from kam.audit.context import recorded
from kam.core import clock
from kam.core.errors import Conflict
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe
from kam.people.enums import Role
from kam.people.handover import Holding, register
from kam.people.models import User
from kam.people.principal import Principal
from kam.people.selectors import staff
from kam.people.tree import TeamCount, register_team_count

HAND_ON = "accounts.hand_on"
ACCOUNTS, PLACES = "accounts", "places"
PORTION = 1000
LATECOMERS = timedelta(minutes=1)


def register_holdings() -> None:
    register_team_count(
        TeamCount(
            label=gettext_lazy("Accounts"),
            counts=of_teams,
            address=lambda team_id: f"{reverse('account_list')}?team={team_id}",
        )
    )
    register(
        Holding(
            key="accounts",
            label=gettext_lazy("Accounts"),
            counts=owned,
            move=pass_on_accounts,
            unheld=gettext_lazy("Stay with their team, without an owner"),
            address=lambda user_id: f"{reverse('account_list')}?owner={user_id}",
            listed=True,
        )
    )
    register(
        Holding(
            key="account_teams",
            label=gettext_lazy("Places in account teams"),
            counts=places,
            move=pass_on_places,
            unheld=gettext_lazy("End"),
        )
    )


def owned(principal: Principal, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    """user id → how many accounts they own, of those `principal` sees."""
    accounts = Account.objects.visible_to(principal).filter(owner_id__in=user_ids)
    return dict(accounts.values_list("owner_id").annotate(n=Count("*")).order_by())


def of_teams(principal: Principal, team_ids: Sequence[UUID]) -> dict[UUID, int]:
    """team id → how many accounts belong to it, without the teams below."""
    accounts = Account.objects.visible_to(principal).filter(team_id__in=team_ids)
    return dict(accounts.values_list("team_id").annotate(n=Count("*")).order_by())


def places(principal: Principal, user_ids: Sequence[UUID]) -> dict[UUID, int]:
    members = AccountMember.objects.visible_to(principal).filter(user_id__in=user_ids)
    return dict(members.values_list("user_id").annotate(n=Count("*")).order_by())


def pass_on_accounts(*, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int:
    """All they own is `to_user`'s, or their team's alone; cadence is planned again.

    Raises: Conflict `team_missing` where an account would be nobody's at all.
    """
    theirs = Account.objects.visible_to(by).filter(owner=from_user)
    if to_user is None and theirs.filter(team__isnull=True).exists():
        words = _("Some of these accounts belong to no team: without an owner nobody would see them.")
        raise Conflict("team_missing", words, field="accounts")
    number = theirs.count()
    _begin(ACCOUNTS, by=by, from_user=from_user, to_user=to_user, now=now)
    return number


def pass_on_places(*, by: Principal, from_user: User, to_user: User | None, now: datetime) -> int:
    """`to_user` takes the same place in each account team; where they have one already they keep it."""
    number = AccountMember.objects.visible_to(by).filter(user=from_user).count()
    _begin(PLACES, by=by, from_user=from_user, to_user=to_user, now=now)
    return number


def _begin(kind: str, *, by: Principal, from_user: User, to_user: User | None, now: datetime) -> None:
    passing = Passing(kind, from_user.pk, to_user.pk if to_user else None, by.user_id)
    passing.go_on(by=by, now=now)
    passing.ask(available_at=now + LATECOMERS)


@dataclass(frozen=True)
class Passing:
    """Something going from a leaver to somebody, a portion at a time; `asked_by` is whose doing it is."""

    kind: str
    from_id: UUID
    to_id: UUID | None
    asked_by: UUID | None

    def go_on(self, *, by: Principal, now: datetime) -> None:
        """Move a portion, and have the next one moved where it was full."""
        move = _next_accounts if self.kind == ACCOUNTS else _next_places
        if move(by, self.from_id, self.to_id, now) == PORTION:
            self.ask()

    def ask(self, available_at: datetime | None = None) -> None:
        payload = {name: value and str(value) for name, value in asdict(self).items()}
        publish(HAND_ON, payload, available_at=available_at)


@subscribe(HAND_ON)
def go_on_passing(message: Message) -> None:
    """The next portion, in the name of whoever began."""
    ids = {name: message.payload[name] and UUID(message.payload[name]) for name in ("from_id", "to_id", "asked_by")}
    by = Principal(user_id=ids["asked_by"], role=Role.SYSTEM, name=HAND_ON)
    with recorded(via="task", by=by):
        Passing(message.payload["kind"], **ids).go_on(by=by, now=clock.now())


def _next_accounts(by: Principal, from_id: UUID, to_id: UUID | None, now: datetime) -> int:
    theirs = Account.objects.visible_to(by).filter(owner_id=from_id)
    owner = staff().filter(pk=to_id).first() if to_id else None  # None, too, where the taker has left meanwhile
    if owner is None:
        theirs = theirs.filter(team__isnull=False)
    ids = list(theirs.order_by("pk").values_list("pk", flat=True)[:PORTION])
    return reassign_accounts(by=by, account_ids=ids, owner=owner, now=now)


def _next_places(by: Principal, from_id: UUID, to_id: UUID | None, now: datetime) -> int:
    theirs = AccountMember.objects.visible_to(by).filter(user_id=from_id)
    locked = theirs.order_by("pk").select_for_update(no_key=True)
    rows = list(locked.values_list("pk", "account_id", "role")[:PORTION])
    if to_id is not None and staff().filter(pk=to_id).exists():
        AccountMember.objects.bulk_create(
            [
                AccountMember(account_id=account_id, user_id=to_id, role=role, created_by_id=by.user_id, created_at=now)
                for _pk, account_id, role in rows
            ],
            ignore_conflicts=True,
        )
    sponsored = [str(account_id) for _pk, account_id, role in rows if role == MemberRole.EXECUTIVE_SPONSOR]
    if sponsored:  # contact with the sponsor counts for a cadence of its own
        publish(CADENCE_INPUTS_CHANGED, {"account_ids": sponsored})
    theirs.filter(pk__in=[pk for pk, _account_id, _role in rows]).delete()
    return len(rows)
