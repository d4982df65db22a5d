"""The readers of touchpoints, check-ins and staleness."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account
from kam.core.errors import NotVisible
from kam.people.principal import Principal
from touchpoints.cadence import Cadence
from touchpoints.enums import COUNTED_DIRECTIONS, CheckInStatus, Purpose, TouchpointStatus
from touchpoints.models import AccountCadence, Channel, CheckIn, StaleFlag, Touchpoint, TouchpointType
from touchpoints.preview import Standing
from touchpoints.sql import EFFECTIVE_CADENCE

IS_COUNTED = Q(
    status=TouchpointStatus.COMPLETED,
    direction__in=COUNTED_DIRECTIONS,
    type__counts_for__contains=[Purpose.OPERATIONAL],
)


def channels() -> QuerySet[Channel]:
    return Channel.objects.order_by("position", "id")


def touchpoint_types() -> QuerySet[TouchpointType]:
    return TouchpointType.objects.order_by("position", "id")


def touchpoints(principal: Principal) -> QuerySet[Touchpoint]:
    """Every touchpoint of the accounts that `principal` sees, with type, channel and who logged it."""
    return Touchpoint.objects.visible_to(principal).select_related("type", "channel", "created_by")


def get_touchpoint(principal: Principal, touchpoint_id: UUID) -> Touchpoint:
    """One touchpoint with its account and people; NotVisible whether it is missing or invisible."""
    found = touchpoints(principal).select_related("account").prefetch_related("contacts", "staff")
    touchpoint = found.filter(pk=touchpoint_id).first()
    if touchpoint is None:
        raise NotVisible
    return touchpoint


def logged_as(principal: Principal, source: str, external_id: str) -> Touchpoint | None:
    """The touchpoint that another system, or a dialog, calls so."""
    return Touchpoint.objects.visible_to(principal).filter(source=source, external_id=external_id).first()


def touchpoints_of(principal: Principal, account: Account) -> QuerySet[Touchpoint]:
    """An account's touchpoints, newest first."""
    return touchpoints(principal).filter(account=account).order_by("-occurred_at", "-id")


def open_check_ins(principal: Principal) -> QuerySet[CheckIn]:
    """What is planned, the most urgent first, with the account and its owner."""
    planned = CheckIn.objects.visible_to(principal).filter(status=CheckInStatus.OPEN)
    return planned.select_related("account__owner").order_by("due_on", "id")


def open_stale_flags(principal: Principal) -> QuerySet[StaleFlag]:
    """Silence beyond the maximum, the longest first, with the account and its owner."""
    flags = StaleFlag.objects.visible_to(principal).filter(closed_at__isnull=True)
    return flags.select_related("account__owner").order_by("stale_at", "id")


def cadences_of(account_ids: Iterable[UUID]) -> dict[UUID, Cadence]:
    """The operational cadence of each account that has one; one query. The caller may see these accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, ideal_days, maximum_days, working_days, origin FROM ({EFFECTIVE_CADENCE}) c "
            "WHERE account_id = ANY(%(ids)s::uuid[]) AND ideal_days IS NOT NULL",
            {"ids": list(account_ids)},
        )
        return {row[0]: Cadence(*row[1:]) for row in cursor.fetchall()}


def counted_moments(principal: Principal, account: Account, *, since: datetime) -> list[datetime]:
    """When counted contact took place from `since` on, in ascending order."""
    counted = Touchpoint.objects.visible_to(principal).filter(IS_COUNTED, account=account, occurred_at__gte=since)
    return list(counted.order_by("occurred_at", "id").values_list("occurred_at", flat=True))


def standing_of(account: Account) -> Standing:
    """Cadence, open check-in and stale flag of an account its caller may see; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT (SELECT due_on FROM touchpoints_checkin i
                    WHERE i.account_id = c.account_id AND i.purpose = c.purpose AND i.status = 'open'),
                   EXISTS (SELECT 1 FROM touchpoints_staleflag f
                           WHERE f.account_id = c.account_id AND f.purpose = c.purpose AND f.closed_at IS NULL),
                   c.ideal_days, c.maximum_days, c.working_days, c.origin
            FROM ({EFFECTIVE_CADENCE}) c WHERE c.account_id = %(account)s
            """,
            {"account": account.pk},
        )
        check_in_on, is_flagged, *cadence = cursor.fetchone()
    return Standing(Cadence(*cadence) if cadence[0] is not None else None, check_in_on, is_flagged)


def stale_accounts(
    principal: Principal,
    *,
    as_of: datetime,
    now: datetime,
    max_days: int | None = None,
    include_never: bool = False,
) -> QuerySet[Account]:
    """Accounts whose silence at `as_of` was strictly longer than their maximum, the longest first.

    Each account has `anchor_at` (last counted contact up to `as_of`, else customer_since at 00:00 UTC) and
    `touched_at` (None: never touched). With `max_days` that one limit serves everybody, policies and
    lifecycle aside; without it each account's own policy of today decides, and who has none is not stale.
    Accounts of which nothing is known have no anchor and appear only with `include_never`.
    """
    since_at = Cast("customer_since", DateTimeField())  # the connection's zone is UTC
    found: QuerySet[Account, Any] = Account.objects.visible_to(principal).annotate(
        touched_at=F("last_touch_at") if as_of >= now else Subquery(_newest_counted(as_of)),
        anchor_at=Coalesce("touched_at", since_at),
    )
    if max_days is not None:
        silent = Q(anchor_at__lt=as_of - timedelta(days=max_days))
    elif as_of >= now:
        silent = Q(stale_at__lt=as_of)
    else:
        # The pulse holds the interval that applies today: stale_at less what it was counted from.
        maximum = F("stale_at") - Coalesce(F("last_touch_at"), since_at)
        found = found.annotate(maximum=ExpressionWrapper(maximum, output_field=DurationField()))
        silent = Q(anchor_at__lt=ExpressionWrapper(as_of - F("maximum"), output_field=DateTimeField()))
    if include_never:
        silent |= Q(anchor_at__isnull=True) if max_days is not None else Q(anchor_at__isnull=True) & _has_cadence()
    return found.filter(silent).order_by(F("anchor_at").asc(nulls_last=True), "id")


def _has_cadence() -> Q:
    """Prospects and lost accounts have only a cadence given to them by name."""
    own = AccountCadence.objects.all_for_system(reason="correlated to accounts that are visible")
    named = Exists(own.filter(account=OuterRef("pk"), purpose=Purpose.OPERATIONAL))
    return Q(lifecycle__in=CUSTOMER_LIFECYCLES) | Q(named)


def _newest_counted(as_of: datetime) -> QuerySet[Touchpoint, Any]:
    counted = Touchpoint.objects.all_for_system(reason="correlated to accounts that are visible").filter(
        IS_COUNTED, account=OuterRef("pk"), occurred_at__lte=as_of
    )
    return counted.order_by("-occurred_at", "-id").values("occurred_at")[:1]
