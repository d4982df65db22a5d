"""The readers of touchpoints, check-ins and staleness."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim

from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models import Account
from kam.core.errors import NotVisible
from kam.people.principal import Principal
from touchpoints.cadence import Cadence
from touchpoints.enums import COUNTED_DIRECTIONS, CheckInStatus, Purpose, TouchpointStatus
from touchpoints.models import (
    AccountCadence,
    Channel,
    CheckIn,
    Touchpoint,
    TouchpointContact,
    TouchpointStaff,
    TouchpointType,
)
from touchpoints.preview import Standing
from touchpoints.sql import COUNTED, EFFECTIVE_CADENCE, NEWEST_COUNTED

IS_COUNTED = Q(
    status=TouchpointStatus.COMPLETED,
    direction__in=COUNTED_DIRECTIONS,
    type__counts_for__contains=[Purpose.OPERATIONAL],
)


def channels(*, asked: str = "") -> QuerySet[Channel]:
    """What is offered when somebody logs, in order: those not retired, and the one whose key is `asked`."""
    return Channel.objects.filter(Q(is_active=True) | Q(key=asked)).order_by("position", "id")


def touchpoint_types(*, asked: str = "") -> QuerySet[TouchpointType]:
    """The same for types: a touchpoint of a retired type is edited with it."""
    return TouchpointType.objects.filter(Q(is_active=True) | Q(key=asked)).order_by("position", "id")


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


def with_names(found: QuerySet[Touchpoint]) -> QuerySet[Touchpoint]:
    """Adds `contact_names` and `staff_names`, who took part: all that a list says of them, in the same query."""
    reason = "correlated to touchpoints that are visible"
    theirs = TouchpointContact.objects.all_for_system(reason=reason).filter(touchpoint=OuterRef("pk")).order_by("id")
    ours = TouchpointStaff.objects.all_for_system(reason=reason).filter(touchpoint=OuterRef("pk")).order_by("id")
    whole = Trim(Concat("contact__first_name", Value(" "), "contact__last_name"))
    called = Coalesce(NullIf("user__name", Value("")), "user__email", output_field=CharField())
    return found.annotate(
        contact_names=ArraySubquery(theirs.values(named=whole)), staff_names=ArraySubquery(ours.values(named=called))
    )


def open_check_ins(principal: Principal) -> QuerySet[CheckIn]:
    """What is planned, the most urgent first, with the account and its owner."""
    planned = CheckIn.objects.visible_to(principal).filter(status=CheckInStatus.OPEN)
    return planned.select_related("account__owner").order_by("due_on", "id")


def cadences_of(account_ids: Iterable[UUID]) -> dict[UUID, Cadence]:
    """The operational cadence of each account that has one; one query. The caller may see these accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, ideal_days, maximum_days, working_days, origin FROM ({EFFECTIVE_CADENCE}) c "
            "WHERE account_id = ANY(%(ids)s::uuid[]) AND ideal_days IS NOT NULL",
            {"ids": list(account_ids)},
        )
        return {row[0]: Cadence(*row[1:]) for row in cursor.fetchall()}


_STANDING = f"""
    SELECT (SELECT due_on FROM touchpoints_checkin i
            WHERE i.account_id = c.account_id AND i.purpose = c.purpose AND i.status = 'open'),
           EXISTS (SELECT 1 FROM touchpoints_staleflag f
                   WHERE f.account_id = c.account_id AND f.purpose = c.purpose AND f.closed_at IS NULL),
           c.ideal_days, c.maximum_days, c.working_days, c.origin, {{moments}}
    FROM ({EFFECTIVE_CADENCE}) c WHERE c.account_id = %(account)s
"""
_MOMENTS = f"""ARRAY(
    SELECT t.occurred_at FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    WHERE t.account_id = c.account_id AND {COUNTED} AND t.occurred_at >= COALESCE(
        (SELECT n.occurred_at FROM ({NEWEST_COUNTED.format(account="c.account_id", until="%(since)s")}) n), '-infinity')
    ORDER BY t.occurred_at)
"""


def standing_of(account: Account) -> Standing:
    """Cadence, open check-in and stale flag of an account its caller may see; one query."""
    return _standing(_STANDING.format(moments="NULL"), account=account.pk)[0]


def standing_and_contact(account: Account, *, since: datetime) -> tuple[Standing, list[datetime]]:
    """The same, and the ends of all silences that reach into the time from `since` on, ascending; one query.

    These are the counted contacts from the last one before `since`; where there was none before, silence
    counts from customer_since.
    """
    standing, moments = _standing(_STANDING.format(moments=_MOMENTS), account=account.pk, since=since)
    if account.customer_since and not any(moment <= since for moment in moments[:1]):
        begun = datetime.combine(account.customer_since, time(), UTC)
        moments = [begun, *moments] if all(begun < moment for moment in moments[:1]) else moments
    return standing, moments


def _standing(statement: str, **parameters: Any) -> tuple[Standing, list[datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        check_in_on, is_flagged, *cadence, moments = cursor.fetchone()
    return Standing(Cadence(*cadence) if cadence[0] is not None else None, check_in_on, is_flagged), moments or []


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
