"""Where a person is signed in, and ending that elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from kam.people.models import User
from kam.people.own.devices import device_words


@dataclass(frozen=True)
class SignedIn:
    """A browser in which the person is signed in; `here`: the one that asks."""

    id: int
    device: str
    address: str
    since: datetime
    last_seen_at: datetime
    here: bool


def sessions_of(user: User, *, now: datetime, here: str | None) -> list[SignedIn]:
    """The living sessions of a person, this one first, then the last seen; one query."""
    found = []
    for row in _living(user, now=now).order_by("-last_seen_at", "-id"):
        is_here = row.session_key == here
        device = device_words(row.user_agent)
        found.append(SignedIn(row.pk, device, row.ip, row.created_at, row.last_seen_at, is_here))
    return sorted(found, key=lambda session: not session.here)


@transaction.atomic
def end_sessions(user: User, *, but: str | None = None, only: int | None = None) -> int:
    """Sign a person out in every browser `but` the one with this key, or in one `only`; how many these were.

    What the browser still sends then belongs to nobody.
    """
    rows = UserSession.objects.filter(user=user)
    if but is not None:
        rows = rows.exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def _living(user: User, *, now: datetime) -> QuerySet[UserSession]:
    keys = Session.objects.filter(expire_date__gt=now).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=keys)
