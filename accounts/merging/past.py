"""The past of two accounts for the census: each keeps its turns, and what counted before a merge goes on counting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts.census import day_of_event
from accounts.days import reporting_day
from accounts.enums import LifecycleEventKind
from accounts.models import Account, LifecycleEvent
from accounts.services.lifecycle import OWN, event_of
from kam.people.principal import Principal

# Touchpoints are about to move: whose first one it was no longer says since when somebody is a customer.
KEEP = """
    UPDATE accounts_lifecycleevent e SET subject_id = e.account_id, counted_on = d.day
    FROM (SELECT event.id, {day} AS day
          FROM (SELECT v.*, a.created_at AS begun_at FROM accounts_lifecycleevent v
                JOIN accounts_account a ON a.id = v.account_id
                WHERE v.account_id = ANY(%(ids)s::uuid[]) AND v.subject_id IS NULL) event) d
    WHERE e.id = d.id
"""

RELEASE = """
    UPDATE accounts_lifecycleevent e SET subject_id = NULL, counted_on = NULL
    WHERE e.account_id = ANY(%(ids)s::uuid[]) AND e.subject_id = e.account_id AND NOT EXISTS (
        SELECT 1 FROM accounts_merge m
        WHERE m.survivor_id = e.account_id AND m.kind = 'account' AND m.undone_at IS NULL)
"""


def keep_days(account_ids: Sequence[UUID]) -> None:
    """Fix the days that count of all that befell these accounts, before their touchpoints mix."""
    day = day_of_event(zone="%(zone)s", begun_at="begun_at")
    with connection.cursor() as cursor:
        cursor.execute(KEEP.format(day=day), {"ids": list(account_ids), "zone": settings.REPORTING_ZONE})


def release_days(account_ids: Sequence[UUID]) -> None:
    """Let them follow from what is known again, save those of accounts that others are still merged into."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"ids": list(account_ids)})


def record_merged(survivor: Account, absorbed_id: UUID, *, before: str, by: Principal, now: datetime) -> list[int]:
    """The absorbed one ends as merged. Ids of the survivor's own events: it turned, where another lifecycle was taken.

    It turns today, whatever customer_since says: until now the absorbed one was the customer that counted.
    """
    same = {"account": survivor, "occurred_on": reporting_day(now), "created_by_id": by.user_id}
    LifecycleEvent.objects.create(kind=LifecycleEventKind.MERGED, subject_id=absorbed_id, **same)
    was_won = LifecycleEvent.objects.visible_to(Principal.system("merging")).filter(OWN, account=survivor)
    kind = event_of(before, survivor.lifecycle, was_won=was_won.filter(kind__in=("won", "regained")).exists())
    if kind is None:
        return []
    return [LifecycleEvent.objects.create(kind=kind, subject_id=survivor.pk, counted_on=None, **same).pk]


def take_back(survivor_id: UUID, absorbed_id: UUID) -> None:
    """The absorbed one was never merged."""
    events = LifecycleEvent.objects.visible_to(Principal.system("merging"))
    events.filter(account_id=survivor_id, subject_id=absorbed_id, kind=LifecycleEventKind.MERGED).delete()


def untell(survivor_id: UUID, turns: Sequence[int]) -> bool:
    """Take back the turns that the survivor made by merging; False where it turned again since, or made none."""
    if not turns:
        return True  # such as from onboarding to active: no turn
    mine = LifecycleEvent.objects.visible_to(Principal.system("merging")).filter(OWN, account_id=survivor_id)
    if mine.filter(pk__gt=max(turns)).exists():
        return False
    mine.filter(pk__in=turns).delete()
    return True
