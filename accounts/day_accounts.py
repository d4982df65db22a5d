"""The accounts of My day: one's own, the favourites, and those opened last; read in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, Q, When

from accounts.at_hand import favourites_of, recent_visits, with_marks
from accounts.criteria import with_earlier_health
from accounts.days import reporting_day
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.health.history import trend_until
from accounts.models import Account
from accounts.visibility import EqualsAny, visible_accounts
from kam.people.principal import Principal

FAVOURITES, RECENT, CALLS = 12, 6, 3
JUST_CALLED = timedelta(days=7)


@dataclass(frozen=True)
class DayAccounts:
    """`own` by name, with `earlier_health` of yesterday; `favourites` by name, with their `trend`."""

    own: Sequence[Account]
    favourites: Sequence[Account]
    recent: Sequence[Account]

    def worth_a_call(self, *, now: datetime) -> list[Account]:
        """The three own customers that go stale next: a call today saves them from it. Who was just called can wait."""
        waiting = [one for one in self.own if one.lifecycle in CUSTOMER_LIFECYCLES and not _was_just_called(one, now)]
        saved = [one for one in waiting if one.stale_at and one.stale_at >= now]
        return sorted(saved, key=lambda one: (one.stale_at, one.pk))[:CALLS]


def day_accounts(principal: Principal, *, now: datetime) -> DayAccounts:
    """Of the favourites and those opened last the first few, the own ones aside; those one no longer sees are gone."""
    today = reporting_day(now)
    own = visible_accounts(principal.own_view)
    starred = favourites_of(principal).values("pk")[:FAVOURITES]
    # As arrays each branch is an index scan (accounts/visibility.py).
    at_hand = [ArraySubquery(starred), ArraySubquery(recent_visits(principal)[:RECENT].values("account_id"))]
    wanted = own | Q(EqualsAny(F("id"), at_hand[0])) | Q(EqualsAny(F("id"), at_hand[1]))
    found = with_earlier_health(Account.objects.visible_to(principal).filter(wanted), on=today - timedelta(days=1))
    marked = with_marks(found, principal).annotate(
        is_own=Case(When(own, then=True), default=False), trend=Case(When(is_favourite=True, then=trend_until(today)))
    )
    accounts: list[Account] = list(marked.order_by("name_sort", "id"))
    return DayAccounts(
        own=[one for one in accounts if one.is_own],  # type: ignore[attr-defined]
        favourites=[one for one in accounts if one.is_favourite][:FAVOURITES],  # type: ignore[attr-defined]
        recent=_latest(accounts),
    )


def _was_just_called(account: Account, now: datetime) -> bool:
    return account.last_touch_at is not None and account.last_touch_at >= now - JUST_CALLED


def _latest(accounts: Sequence[Account]) -> list[Account]:
    opened = [one for one in accounts if one.opened_at and not one.is_favourite]  # type: ignore[attr-defined]
    return sorted(opened, key=lambda one: one.opened_at, reverse=True)[:RECENT]  # type: ignore[attr-defined]
