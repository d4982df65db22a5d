"""Conditions that lists and figures share, so that a figure and the list behind it cannot disagree."""

from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Account, AccountTag, ExternalId, HealthSnapshot
from accounts.visibility import EqualsAny
from kam.core.folding import fold
from kam.people.principal import Principal

MOVE_DAYS = 30
PERIODS = (30, 90, 365)  # the spans over which lists and figures tell who moved
SOON = timedelta(days=7)

MOVED_DOWN = Q(health__lt=F("earlier_health"))
MOVED_UP = Q(health__gt=F("earlier_health"))


def is_stale(now: datetime) -> Q:
    """Silent for longer than the cadence's maximum."""
    return Q(stale_at__lt=now)


def is_stale_soon(now: datetime) -> Q:
    """Not stale, but within the next seven days if nobody calls."""
    return Q(stale_at__gte=now, stale_at__lt=now + SOON)


def is_called(text: str, *, principal: Principal) -> Q:
    """The name contains `text` (accents and case aside), or another system's id is exactly `text`."""
    known_as = ExternalId.objects.visible_to(principal).filter(external_id=text.strip())
    return Q(name_sort__contains=fold(text)) | Q(EqualsAny(F("id"), ArraySubquery(known_as.values("account_id"))))


def is_tagged(which: Q, *, principal: Principal) -> Q:
    """Bears such a tag; `which` speaks of the row that ties the two."""
    tagged = AccountTag.objects.visible_to(principal).filter(which)
    return Q(EqualsAny(F("id"), ArraySubquery(tagged.values("account_id"))))


def with_earlier_health(accounts: QuerySet[Account], *, on: date) -> QuerySet[Account]:
    """Annotates `earlier_health`, the score on that day; None where none was known."""
    return accounts.annotate(earlier_health=Subquery(_held(on).values("score")[:1]))


def with_earlier_readings(accounts: QuerySet[Account], *, on: date) -> QuerySet[Account]:
    """Annotates `earlier_readings`, what stood behind that day's score; None where it was not kept."""
    return accounts.annotate(earlier_readings=Subquery(_held(on).values("readings")[:1]))


def _held(on: date) -> QuerySet[HealthSnapshot]:
    """The snapshots that may have held on a day, the newest first."""
    snapshots = HealthSnapshot.objects.all_for_system(reason="correlated to accounts that are visible")
    return snapshots.filter(account=OuterRef("pk"), on__lte=on).order_by("-on")
