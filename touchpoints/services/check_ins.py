"""What people decide about check-ins: another day, left out, somebody else, or one of their own.

Reconciling keeps it: a chosen day holds, what is skipped stays skipped and who was asked stays asked, until the next
counted contact moves the period on.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.days import reporting_day
from accounts.models import Account
from kam.core.bounds import check_date
from kam.core.errors import Conflict, DomainError, NotVisible
from kam.core.ids import uuid7
from kam.people.enums import Role
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInSource, CheckInStatus, Purpose
from touchpoints.models import CheckIn
from touchpoints.selectors import newest_counted
from touchpoints.services.reconcile import lock_accounts, settle


@transaction.atomic
def reschedule_check_in(
    *, by: Principal, now: datetime, check_in: CheckIn, due_on: date | None, reason: str = ""
) -> CheckIn:
    """Move an open check-in to a day of one's choice; None gives it back to its cadence.

    Raises: NotVisible, Conflict "check_in_closed", DomainError "not_yours", "in_past" or "due_on_missing".
    """
    current = _open(by, check_in)
    if due_on is None:
        if current.source != CheckInSource.CADENCE:
            raise DomainError("due_on_missing", _("Choose the day."), field="due_on")
        current.rescheduled_on, current.reschedule_reason = None, ""
        current.save(update_fields=["rescheduled_on", "reschedule_reason"])
        settle([current.account_id], now=now)
        current.refresh_from_db(from_queryset=CheckIn.objects.visible_to(by))
        return current
    _check_day(due_on, now=now)
    current.due_on = current.rescheduled_on = due_on
    current.reschedule_reason = reason.strip()
    current.save(update_fields=["due_on", "rescheduled_on", "reschedule_reason"])
    return current


@transaction.atomic
def skip_check_in(*, by: Principal, now: datetime, check_in: CheckIn, reason: str) -> CheckIn:
    """Leave an open check-in out and say why; the next one comes with the next counted contact.

    One planned by hand gives way to what its cadence plans. A silence that is too long stays flagged. Raises:
    NotVisible, Conflict "check_in_closed", DomainError "not_yours" or "reason_missing".
    """
    current = _open(by, check_in)
    if not reason.strip():
        raise DomainError("reason_missing", _("Say why it is left out."), field="reason")
    current.status, current.skip_reason = CheckInStatus.SKIPPED, reason.strip()
    current.closed_at, current.closed_by_id = now, by.user_id
    current.save(update_fields=["status", "skip_reason", "closed_at", "closed_by"])
    if current.source != CheckInSource.CADENCE:
        settle([current.account_id], now=now)
    return current


@transaction.atomic
def resume_check_in(*, by: Principal, now: datetime, check_in: CheckIn) -> CheckIn:
    """Take a skip back: the check-in is open again, where it still would be.

    Raises: NotVisible, Conflict "check_in_not_skipped", DomainError "not_yours".
    """
    current = _locked(by, check_in)
    if current.status != CheckInStatus.SKIPPED:
        raise Conflict("check_in_not_skipped", _("This check-in was not skipped."))
    # As one that was overtaken: the rule decides whether it still stands.
    current.status, current.skip_reason, current.closed_by_id = CheckInStatus.CANCELLED, "", None
    current.save(update_fields=["status", "skip_reason", "closed_by"])
    settle([current.account_id], now=now)
    current.refresh_from_db(from_queryset=CheckIn.objects.visible_to(by))
    return current


@transaction.atomic
def hand_over_check_in(*, by: Principal, now: datetime, check_in: CheckIn, to: User) -> CheckIn:
    """Ask a colleague who sees the account to do an open check-in; given to the owner it is nobody's in particular.

    Raises: NotVisible, Conflict "check_in_closed", DomainError "not_yours" or "does_not_see_account".
    """
    current = _open(by, check_in)
    theirs = Account.objects.visible_to(principal_for(to)).filter(pk=current.account_id)
    if to.is_integration or not theirs.exists():
        words = _("%(name)s does not see this account: put them on its account team first.") % {"name": to}
        raise DomainError("does_not_see_account", words, field="to")
    owner_id = Account.objects.visible_to(by).values_list("owner_id", flat=True).get(pk=current.account_id)
    current.assigned_to = None if to.pk == owner_id else to
    current.save(update_fields=["assigned_to"])
    return current


@transaction.atomic
def plan_check_in(
    *, by: Principal, now: datetime, account: Account, due_on: date, purpose: str = Purpose.OPERATIONAL
) -> CheckIn:
    """Plan a check-in by hand; the next counted contact fulfils it, and until then cadence plans none.

    Raises: NotVisible, Conflict "check_in_open" where one is planned, DomainError "not_yours" or "in_past".
    """
    lock_accounts([account.pk])
    known = Account.objects.visible_to(by).filter(pk=account.pk).first()
    if known is None:
        raise NotVisible
    _check_may(by)
    _check_day(due_on, now=now)
    mine = CheckIn.objects.visible_to(by).filter(account=account, purpose=purpose)
    if mine.filter(status=CheckInStatus.OPEN).exists():
        raise Conflict("check_in_open", _("A check-in is planned already: reschedule that one."), field="due_on")
    anchor = newest_counted(by, account, purpose=purpose, until=now)
    made = CheckIn(
        account=account,
        purpose=purpose,
        source=CheckInSource.HAND,
        due_on=due_on,
        # Without any contact yet, one of this very day is a newer one.
        period_on=reporting_day(anchor) if anchor else date.fromordinal(reporting_day(now).toordinal() - 1),
    )
    made.id = uuid7()
    made.source_id = str(made.id)
    made.save(force_insert=True)
    settle([account.pk], now=now)
    return made


def _locked(by: Principal, check_in: CheckIn) -> CheckIn:
    """The check-in as it is once its account is locked. Raises: NotVisible, DomainError "not_yours"."""
    lock_accounts([check_in.account_id])
    current = CheckIn.objects.visible_to(by).filter(pk=check_in.pk).first()
    if current is None:
        raise NotVisible
    _check_may(by)
    return current


def _open(by: Principal, check_in: CheckIn) -> CheckIn:
    current = _locked(by, check_in)
    if current.status != CheckInStatus.OPEN:
        raise Conflict("check_in_closed", _("This check-in is closed already."))
    return current


def _check_may(by: Principal) -> None:
    """Owner, account team, leaders and administrators: whoever of us sees the account, but no program by itself."""
    if by.role == Role.INTEGRATION:
        raise DomainError("not_yours", _("People decide about check-ins."))


def _check_day(due_on: date, *, now: datetime) -> None:
    check_date(due_on, field="due_on")
    if due_on < reporting_day(now):
        raise DomainError("in_past", _("Choose today or a day to come."), field="due_on")
