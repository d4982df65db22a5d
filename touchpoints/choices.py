"""What the log dialog offers: catalogue, the person's habits, the people of an account."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account, AccountMember
from kam.people.models import Membership, User
from kam.people.principal import Principal
from kam.people.selectors import staff
from touchpoints.models import Channel, Touchpoint, TouchpointType
from touchpoints.selectors import channels, touchpoint_types

CHIPS = 5
HABIT = 40  # touchpoints looked at to learn somebody's habits
WEB = "web"  # the source of what is logged in the dialog
# Offered before somebody has habits: a check-in by phone is two-way and so ends a silence.
USUAL_TYPES = ("check_in", "support_case", "sales_call", "business_review", "complaint")
USUAL_CHANNELS = ("phone", "email", "meeting", "video", "visit")


Entry = TypeVar("Entry", Channel, TouchpointType)


@dataclass(frozen=True)
class Offer(Generic[Entry]):
    """Catalogue entries: the few shown as chips, the first of them chosen, and all the others."""

    chips: list[Entry]
    others: list[Entry]


@dataclass(frozen=True)
class Catalogue:
    """Types and channels as one person is offered them: what they logged last first, then the usual."""

    types: Offer[TouchpointType]
    channels: Offer[Channel]


def catalogue_for(principal: Principal, *, type_key: str = "", channel_key: str = "") -> Catalogue:
    """Three queries. A given key is put first and so is chosen.

    Habits are what the person logged in the dialog: rows written in their name by an import or through
    the API say nothing of how they work.
    """
    used = list(
        Touchpoint.objects.visible_to(principal)
        .filter(created_by_id=principal.user_id, source=WEB)
        .order_by("-created_at", "-id")
        .values_list("type__key", "channel__key")[:HABIT]
    )
    return Catalogue(
        types=_offer(list(touchpoint_types(asked=type_key)), [type_key, *(row[0] for row in used), *USUAL_TYPES]),
        channels=_offer(list(channels(asked=channel_key)), [channel_key, *(row[1] for row in used), *USUAL_CHANNELS]),
    )


def _offer(entries: list[Entry], preferred: Iterable[str]) -> Offer[Entry]:
    by_key: dict[str, Entry] = {entry.key: entry for entry in entries}
    order = [key for key in dict.fromkeys([*preferred, *by_key]) if key in by_key]
    chips = [by_key[key] for key in order[:CHIPS]]
    return Offer(chips, [entry for entry in entries if entry not in chips])


def colleagues(principal: Principal, account: Account | None) -> QuerySet[User]:
    """Who of us may have taken part: oneself, one's teams, the account's owner and its account team."""
    people = staff().order_by("name", "id")
    if principal.sees_everything:
        return people
    mine = Membership.objects.filter(user=principal.user_id).values("team_id")
    team_mates = Membership.objects.filter(Q(team_id__in=mine) | Q(team_id__in=principal.team_ids)).values("user_id")
    wanted = Q(pk=principal.user_id) | Q(pk__in=team_mates)
    if account is not None:
        members = AccountMember.objects.visible_to(principal).filter(account=account).values("user_id")
        wanted |= Q(pk=account.owner_id) | Q(pk__in=members)
    return people.filter(wanted)


def type_by_key(key: str) -> TouchpointType | None:
    return TouchpointType.objects.filter(key=key).first()


def channel_by_key(key: str) -> Channel | None:
    return Channel.objects.filter(key=key).first()


def account_by_id(principal: Principal, account_id: UUID) -> Account | None:
    return Account.objects.visible_to(principal).select_related("owner").filter(pk=account_id).first()
