"""The readers of saved views: one's own, and those shared with everybody or with a team one belongs to or leads."""

import json
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.enums import Sharing
from accounts.models import SavedView, StartView
from accounts.prepared import Prepared
from accounts.visibility import is_any
from kam.core.errors import NotVisible
from kam.people.models import Membership, Team, User
from kam.people.principal import Principal


def saved_views(principal: Principal) -> QuerySet[SavedView]:
    """Own ones first, in their order; each with its owner, and `is_start`: whether the list opens with it."""
    if principal.user_id is None:
        return SavedView.objects.none()
    belongs = Membership.objects.filter(user_id=principal.user_id).values("team_id")
    # One list, not an IN of as many values as there are teams: written once, for readers of any number of them.
    led = is_any("team_id", principal.team_ids)
    of_team = Q(sharing=Sharing.TEAM) & (Q(team_id__in=belongs) | Q(led))
    if principal.sees_everything:
        of_team = Q(sharing=Sharing.TEAM)
    mine = Q(owner_id=principal.user_id)
    start = StartView.objects.filter(user_id=principal.user_id, view=OuterRef("pk"))
    return (
        SavedView.objects.filter(mine | Q(sharing=Sharing.EVERYBODY) | of_team)
        .select_related("owner", "team")
        .annotate(
            is_start=Exists(start),
            rank=Case(When(mine, then=Value(0)), default=Value(1), output_field=IntegerField()),
        )
        .order_by("rank", "position", "name", "id")
    )


def views_at_hand(principal: Principal) -> list[SavedView]:
    """The same as far as the list shows them: of each what it keeps, its owner's name and `is_start`."""
    found = []
    for view_id, owner_id, owner, name, sharing, filters, ordering, columns, is_start in _AT_HAND.rows(principal):
        kept: dict[str, Any] = {"filters": json.loads(filters), "ordering": ordering, "columns": columns}
        view = SavedView(pk=view_id, owner=User(pk=owner_id, name=owner), name=name, sharing=sharing, **kept)
        view.is_start = is_start  # type: ignore[attr-defined]
        found.append(view)
    return found


def get_view(principal: Principal, view_id: UUID) -> Any:
    """One of them; NotVisible whether it is missing or not shared with `principal`."""
    view = saved_views(principal).filter(pk=view_id).first()
    if view is None:
        raise NotVisible
    return view


def may_change(principal: Principal, view: SavedView) -> bool:
    """Whoever made it; of a shared one administrators, too."""
    return view.owner_id == principal.user_id or (principal.sees_everything and view.sharing != Sharing.OWN)


def teams_to_share_with(principal: Principal) -> QuerySet[Team]:
    """Those one belongs to or leads; administrators any."""
    if principal.sees_everything:
        return Team.objects.order_by("name", "id")
    belongs = Membership.objects.filter(user_id=principal.user_id).values("team_id")  # type: ignore[misc]
    return Team.objects.filter(Q(pk__in=belongs) | Q(pk__in=principal.team_ids)).order_by("name", "id")


def _columns_shown(principal: Principal) -> QuerySet[SavedView, Any]:
    kept = ("filters", "ordering", "columns")
    return saved_views(principal).values_list("id", "owner_id", "owner__name", "name", "sharing", *kept, "is_start")


_AT_HAND = Prepared(_columns_shown)
