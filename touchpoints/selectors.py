"""The readers of touchpoints, check-ins and staleness."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
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
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, NullIf, Trim

from accounts.enums import CUSTOMER_LIFECYCLES, MemberRole
from accounts.models import Account, AccountMember
from kam.core.errors import NotVisible
from kam.people.principal import Principal
from touchpoints.enums import COUNTED_DIRECTIONS, CheckInStatus, Purpose, TouchpointStatus
from touchpoints.models import (
    AccountCadence,
    Attachment,
    CadenceState,
    Channel,
    CheckIn,
    Touchpoint,
    TouchpointContact,
    TouchpointStaff,
    TouchpointType,
)


def is_counted(purpose: str) -> Q:
    """The rule of sql.py's COUNTED, for querysets of touchpoints."""
    contact = Q(status=TouchpointStatus.COMPLETED, direction__in=COUNTED_DIRECTIONS)
    if purpose != Purpose.EXECUTIVE:
        return contact & Q(type__counts_for__contains=[purpose])
    reason = "correlated to touchpoints that are visible"
    sponsors = AccountMember.objects.all_for_system(reason=reason).filter(
        account=OuterRef("account"), user=OuterRef("user"), role=MemberRole.EXECUTIVE_SPONSOR
    )
    present = TouchpointStaff.objects.all_for_system(reason=reason).filter(Exists(sponsors), touchpoint=OuterRef("pk"))
    return contact & Q(Exists(present))


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


def attachments(principal: Principal) -> QuerySet[Attachment]:
    """Every file of the touchpoints that `principal` sees."""
    return Attachment.objects.visible_to(principal)


def with_names(found: QuerySet[Touchpoint]) -> QuerySet[Touchpoint]:
    """Adds `contact_names`, `staff_names` and `staff_ids`: all a list needs of who took part, in the same query."""
    reason = "correlated to touchpoints that are visible"
    theirs = TouchpointContact.objects.all_for_system(reason=reason).filter(touchpoint=OuterRef("pk")).order_by("id")
    ours = TouchpointStaff.objects.all_for_system(reason=reason).filter(touchpoint=OuterRef("pk")).order_by("id")
    whole = Trim(Concat("contact__first_name", Value(" "), "contact__last_name"))
    called = Coalesce(NullIf("user__name", Value("")), "user__email", output_field=CharField())
    return found.annotate(
        contact_names=ArraySubquery(theirs.values(named=whole)),
        staff_names=ArraySubquery(ours.values(named=called)),
        staff_ids=ArraySubquery(ours.values("user_id")),
    )


def mine_to_do(principal: Principal) -> Q:
    """Check-ins that nobody else was asked to do."""
    return Q(assigned_to=None) | Q(assigned_to=principal.user_id)


def newest_counted(principal: Principal, account: Account, *, purpose: str, until: datetime) -> datetime | None:
    """When the last contact counted for `purpose` took place; None: never."""
    counted = Touchpoint.objects.visible_to(principal).filter(
        is_counted(purpose), account=account, occurred_at__lte=until
    )
    return counted.order_by("-occurred_at", "-id").values_list("occurred_at", flat=True).first()


def get_check_in(principal: Principal, check_in_id: UUID) -> CheckIn:
    """One check-in with its account; NotVisible whether it is missing or invisible."""
    found = CheckIn.objects.visible_to(principal).select_related("account__owner", "assigned_to")
    check_in = found.filter(pk=check_in_id).first()
    if check_in is None:
        raise NotVisible
    return check_in


def open_check_ins(principal: Principal) -> QuerySet[CheckIn]:
    """What is planned, the most urgent first, with the account and its owner."""
    planned = CheckIn.objects.visible_to(principal).filter(status=CheckInStatus.OPEN)
    return planned.select_related("account__owner").order_by("due_on", "id")


def stale_accounts(
    principal: Principal,
    *,
    as_of: datetime,
    now: datetime,
    max_days: int | None = None,
    include_never: bool = False,
    purpose: str = Purpose.OPERATIONAL,
) -> QuerySet[Account]:
    """Accounts whose silence at `as_of` was strictly longer than their maximum for `purpose`, the longest first.

    Each account has `anchor_at` (last counted contact up to `as_of`, else its first day at 00:00 UTC) and
    `touched_at` (None: never touched). With `max_days` that one limit serves everybody, policies and
    lifecycle aside; without it each account's own policy of today decides, and who has none is not stale.
    Accounts of which nothing is known have no anchor and appear only with `include_never`.
    """
    since_at = Cast(Greatest("customer_since", "silence_from_on"), DateTimeField())  # the connection's zone is UTC
    pulse = _Pulse(purpose)
    # Where an account has no cadence for a purpose, nobody keeps its pulse for it: one limit for all has to look.
    is_kept = as_of >= now and (max_days is None or purpose == Purpose.OPERATIONAL)
    found: QuerySet[Account, Any] = Account.objects.visible_to(principal).annotate(
        touched_at=pulse.of("last_touch_at") if is_kept else Subquery(_newest_counted(as_of, purpose)),
        anchor_at=Coalesce("touched_at", since_at),
    )
    if max_days is not None:
        silent = Q(anchor_at__lt=as_of - timedelta(days=max_days))
    elif as_of >= now:
        silent = pulse.stale_before(as_of)
    else:
        # The pulse holds the interval that applies today: stale_at less what it was counted from.
        maximum = pulse.of("stale_at") - Coalesce(pulse.of("last_touch_at"), since_at)
        found = found.annotate(maximum=ExpressionWrapper(maximum, output_field=DurationField()))
        silent = Q(anchor_at__lt=ExpressionWrapper(as_of - F("maximum"), output_field=DateTimeField()))
    if include_never:
        silent |= Q(anchor_at__isnull=True) if max_days is not None else Q(anchor_at__isnull=True) & pulse.has_cadence
    return found.filter(silent).order_by(F("anchor_at").asc(nulls_last=True), "id")


class _Pulse:
    """Where the pulse of a purpose is kept: at the account itself, or in CadenceState beside it."""

    def __init__(self, purpose: str) -> None:
        reason = "correlated to accounts that are visible"
        self.is_own = purpose == Purpose.OPERATIONAL
        self.states = CadenceState.objects.all_for_system(reason=reason).filter(purpose=purpose)
        self.given = AccountCadence.objects.all_for_system(reason=reason).filter(purpose=purpose)

    def of(self, name: str) -> F | Subquery:
        return F(name) if self.is_own else Subquery(self.states.filter(account=OuterRef("pk")).values(name))

    def stale_before(self, moment: datetime) -> Q:
        if self.is_own:
            return Q(stale_at__lt=moment)
        return Q(pk__in=self.states.filter(stale_at__lt=moment).values("account_id"))

    @property
    def has_cadence(self) -> Q:
        """Prospects and lost accounts have only a cadence given to them by name."""
        if not self.is_own:
            return Q(Exists(self.states.filter(account=OuterRef("pk"))))
        return Q(lifecycle__in=CUSTOMER_LIFECYCLES) | Q(Exists(self.given.filter(account=OuterRef("pk"))))


def _newest_counted(as_of: datetime, purpose: str) -> QuerySet[Touchpoint, Any]:
    counted = Touchpoint.objects.all_for_system(reason="correlated to accounts that are visible").filter(
        is_counted(purpose), account=OuterRef("pk"), occurred_at__lte=as_of
    )
    return counted.order_by("-occurred_at", "-id").values("occurred_at")[:1]
