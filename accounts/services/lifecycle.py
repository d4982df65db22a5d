"""Lifecycle told as events, from which the census is derived."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from accounts.enums import CUSTOMER_LIFECYCLES, Lifecycle, LifecycleEventKind
from accounts.models import Account, LifecycleEvent
from kam.people.principal import Principal

# What befell an account itself, not one that it absorbed.
OWN = Q(subject_id=None) | Q(subject_id=F("account_id"))


@dataclass(frozen=True)
class Transition:
    """An account as it is now, and the lifecycle it had before."""

    account: Account
    before: str


def record_won(accounts: Iterable[Account], *, by: Principal, now: datetime) -> None:
    """The events of new accounts: those that are customers were won."""
    customers = [account for account in accounts if account.lifecycle in CUSTOMER_LIFECYCLES]
    _record([(account, LifecycleEventKind.WON) for account in customers], by=by, now=now)


def record_transitions(transitions: Sequence[Transition], *, by: Principal, now: datetime) -> None:
    """The events of lifecycles that changed; at most two statements."""
    changed = [t for t in transitions if t.account.lifecycle != t.before]
    won = _won_before([t.account.pk for t in changed if t.before == Lifecycle.PROSPECT])
    events = [(t.account, event_of(t.before, t.account.lifecycle, was_won=t.account.pk in won)) for t in changed]
    _record([(account, kind) for account, kind in events if kind], by=by, now=now)


def correct_starts(accounts: Iterable[Account]) -> None:
    """Another customer_since moves the day an account was won; without one it is the day we learnt of it, assumed.

    Only while nothing happened after: the date of a customer that was regained may be that of its second life.
    """
    known = {account.pk: account for account in accounts}
    if not known:
        return
    all_events = LifecycleEvent.objects.all_for_system(reason="whoever edits the account, its past decides")
    events = list(all_events.filter(OWN, account_id__in=known))
    told = Counter(event.account_id for event in events)
    won = [event for event in events if event.kind == LifecycleEventKind.WON and told[event.account_id] == 1]
    for event in won:
        account = known[event.account_id]
        event.occurred_on = account.customer_since or _day(event.created_at)
        event.assumed = account.customer_since is None
        event.counted_on = None
    all_events.bulk_update(won, ["occurred_on", "assumed", "counted_on"])


def event_of(before: str, after: str, *, was_won: bool) -> LifecycleEventKind | None:
    """What going from one lifecycle to another means for an account that was, or never was, won before."""
    if after in CUSTOMER_LIFECYCLES and before not in CUSTOMER_LIFECYCLES:
        came_back = before == Lifecycle.LOST or was_won
        return LifecycleEventKind.REGAINED if came_back else LifecycleEventKind.WON
    if after == Lifecycle.LOST and before in CUSTOMER_LIFECYCLES:
        return LifecycleEventKind.LOST
    return None


def _won_before(account_ids: Sequence[UUID]) -> set[UUID]:
    if not account_ids:
        return set()
    events = LifecycleEvent.objects.all_for_system(reason="whoever edits the account, its past decides").filter(
        OWN, account_id__in=account_ids, kind__in=[LifecycleEventKind.WON, LifecycleEventKind.REGAINED]
    )
    return set(events.values_list("account_id", flat=True))


def _record(events: Sequence[tuple[Account, LifecycleEventKind]], *, by: Principal, now: datetime) -> None:
    """A win is of the day the account became a customer; where nobody said since when, of today, assumed."""
    today = _day(now)
    LifecycleEvent.objects.bulk_create(
        LifecycleEvent(
            account=account,
            kind=kind,
            occurred_on=_won_on(account, kind) or today,
            assumed=kind == LifecycleEventKind.WON and account.customer_since is None,
            created_by_id=by.user_id,
        )
        for account, kind in events
    )


def _won_on(account: Account, kind: LifecycleEventKind) -> date | None:
    return account.customer_since if kind == LifecycleEventKind.WON else None


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()
