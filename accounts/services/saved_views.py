"""Keeping ways of looking at the account list, and sharing them: filters, never rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.enums import Sharing
from accounts.filters import AccountFilter
from accounts.list_state import ListState
from accounts.models import Account, SavedView, StartView
from accounts.saved_views import may_change, saved_views, teams_to_share_with
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.people.enums import Role
from kam.people.models import Team
from kam.people.principal import Principal
from kam.people.rules import NotAllowed, clean_name

MOST_VIEWS = 50
SHARE_WITH_ALL = (Role.LEADER, Role.ADMIN)


@dataclass(frozen=True)
class Audience:
    """Who else is offered a view; `team` where it is one."""

    sharing: Sharing = Sharing.OWN
    team: Team | None = None


def save_view(
    *, by: Principal, name: str, state: ListState, audience: Audience, now: datetime, id: UUID | None = None
) -> SavedView:
    """A new view of `by`'s, the last of their tabs. Raises: BadInput for filters unknown to the list, DomainError."""
    if by.user_id is None:
        raise NotVisible
    _check_state(by, state, now)
    _check_audience(by, audience)
    number = SavedView.objects.filter(owner_id=by.user_id).count()
    if number >= MOST_VIEWS:
        raise DomainError("too_many_views", _("You have %(n)d views: delete one first.") % {"n": number})
    key = {"id": id} if id else {}
    view = SavedView(
        owner_id=by.user_id, name=clean_name(name), position=number + 1, created_at=now, changed_at=now, **key,
        **_kept(state), **_shared(audience),
    )  # fmt: skip
    with translating_integrity(), transaction.atomic():
        view.save(force_insert=True)
    return view


def overwrite_view(*, by: Principal, view: SavedView, state: ListState, now: datetime) -> None:
    """The view is what the list shows now. Raises: NotAllowed for somebody else's."""
    _check_owner(by, view)
    _check_state(by, state, now)
    _update(view, now=now, **_kept(state))


def change_view(
    *, by: Principal, view: SavedView, name: str, audience: Audience, position: int, version: int, now: datetime
) -> None:
    """Another name, place or audience. Raises: Conflict where somebody was faster, NotAllowed, DomainError."""
    _check_owner(by, view)
    before = Audience(Sharing(view.sharing), view.team)
    if audience != before:
        _check_audience(by, audience)
    changes = {"name": clean_name(name), "position": position, **_shared(audience)}
    with translating_integrity(), transaction.atomic():
        if not _update(view, now=now, version=version, **changes):
            raise Conflict("stale_version", _("Somebody changed this view meanwhile: look at it again."))


def delete_view(*, by: Principal, view: SavedView) -> None:
    """Raises: NotAllowed for somebody else's."""
    _check_owner(by, view)
    SavedView.objects.filter(pk=view.pk).delete()


def set_start_view(*, by: Principal, view: SavedView | None) -> None:
    """`by`'s list opens with it; None: with everything. Raises: NotVisible."""
    if by.user_id is None or (view is not None and not saved_views(by).filter(pk=view.pk).exists()):
        raise NotVisible
    if view is None:
        StartView.objects.filter(user_id=by.user_id).delete()
    else:
        StartView.objects.update_or_create(user_id=by.user_id, defaults={"view": view})


def _update(view: SavedView, *, now: datetime, version: int | None = None, **changes: Any) -> int:
    rows = SavedView.objects.filter(pk=view.pk)
    if version is not None:
        rows = rows.filter(version=version)
    return rows.update(version=F("version") + 1, changed_at=now, **changes)


def _kept(state: ListState) -> dict[str, Any]:
    return {"filters": dict(state.filters), "ordering": state.ordering, "columns": list(state.columns)}


def _shared(audience: Audience) -> dict[str, Any]:
    return {"sharing": audience.sharing, "team": audience.team if audience.sharing == Sharing.TEAM else None}


def _check_state(by: Principal, state: ListState, now: datetime) -> None:
    """Only filters that the list knows, with values it offers to `by`."""
    AccountFilter(dict(state.filters), Account.objects.visible_to(by), principal=by, now=now).chosen()


def _check_owner(by: Principal, view: SavedView) -> None:
    if not may_change(by, view):
        raise NotAllowed("not_your_view", _("Only whoever made this view changes it; save it as one of yours."))


def _check_audience(by: Principal, audience: Audience) -> None:
    if audience.sharing == Sharing.EVERYBODY and by.role not in SHARE_WITH_ALL:
        raise DomainError("share_with_team", _("Leaders and administrators share with everybody."), field="share")
    if audience.sharing == Sharing.TEAM and (
        audience.team is None or not teams_to_share_with(by).filter(pk=audience.team.pk).exists()
    ):
        raise DomainError("not_your_team", _("You share with teams you belong to or lead."), field="share")
