"""Who is to be touched how often: the only writers of cadence policies and of accounts' own cadences.

What follows for the accounts concerned is asked of the outbox in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Tier
from accounts.models import Account, Segment
from accounts.services.accounts import CADENCE_INPUTS_CHANGED
from kam.core.errors import BadInput, Conflict, DomainError, NotVisible
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.principal import Principal
from kam.people.rules import administrators_only
from touchpoints.enums import Purpose
from touchpoints.models import AccountCadence, CadencePolicy
from touchpoints.policies import with_version

POLICY_CHANGED = "touchpoints.policy_changed"
MOST_DAYS = 3650


@dataclass(frozen=True)
class Interval:
    """Days between counted contacts, and the ISO weekdays a check-in may fall on."""

    ideal_days: int
    maximum_days: int
    working_days: Sequence[int] = (1, 2, 3, 4, 5)

    def columns(self) -> dict[str, Any]:
        """Raises: DomainError where it is no interval."""
        if not 1 <= self.ideal_days <= MOST_DAYS:
            raise DomainError("ideal_out_of_range", _("The ideal is at least one day."), field="ideal_days")
        if not self.ideal_days <= self.maximum_days <= MOST_DAYS:
            below = self.maximum_days < self.ideal_days
            words = _("The maximum is below the ideal.") if below else _("The maximum is at most ten years.")
            raise DomainError("maximum_out_of_range", words, field="maximum_days")
        days = sorted(set(self.working_days))
        if not days or not set(days) <= set(range(1, 8)):
            raise DomainError("no_working_day", _("Choose at least one day of the week."), field="working_days")
        return {"ideal_days": self.ideal_days, "maximum_days": self.maximum_days, "working_days": days}


@transaction.atomic
def create_policy(
    *, by: Principal, purpose: str, interval: Interval, tier: str = "", segment: Segment | None = None
) -> CadencePolicy:
    """A cadence for a segment, a tier, or (with neither) everybody else. Raises: Conflict where there is one."""
    administrators_only(by)
    policy = CadencePolicy(purpose=purpose, tier=tier, segment=segment, **interval.columns())
    _check_whose(policy)
    with translating_integrity():
        policy.save(force_insert=True)
    _announce(policy)
    return _reloaded(policy)


@transaction.atomic
def edit_policy(
    *, by: Principal, policy: CadencePolicy, interval: Interval, version: int | None = None
) -> CadencePolicy:
    """Another interval for the same accounts; nothing is written where nothing differs.

    `version` is the one the editor saw. Raises: Conflict("stale_version") where somebody was faster.
    """
    administrators_only(by)
    current = _locked(policy, version)
    columns = interval.columns()
    if any(getattr(current, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(current, name, value)
        current.save(update_fields=list(columns))
        _announce(current)
    return _reloaded(current)


@transaction.atomic
def remove_policy(*, by: Principal, policy: CadencePolicy, version: int | None = None) -> None:
    """Its accounts fall back: from the segment's to the tier's, from the tier's to the default, from that to none."""
    administrators_only(by)
    current = _locked(policy, version)
    _announce(current)
    current.delete()


@transaction.atomic
def set_own_cadence(
    *, by: Principal, now: datetime, account: Account, purpose: str, interval: Interval
) -> AccountCadence:
    """The account's own cadence of a purpose, which beats every policy; also for prospects and lost accounts."""
    _check_purpose(purpose)
    columns = interval.columns()
    _lock_account(by, account)
    own = AccountCadence.objects.visible_to(by).filter(account=account, purpose=purpose).first()
    if own is None:
        own = AccountCadence(account=account, purpose=purpose, **columns)
        own.save(force_insert=True)
    elif any(getattr(own, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(own, name, value)
        own.save(update_fields=list(columns))
    else:
        return own
    publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})
    return own


@transaction.atomic
def clear_own_cadence(*, by: Principal, account: Account, purpose: str) -> None:
    """The policies apply again. Raises: NotVisible where it has no cadence of its own."""
    _lock_account(by, account)
    own = AccountCadence.objects.visible_to(by).filter(account=account, purpose=purpose).first()
    if own is None:
        raise NotVisible
    own.delete()
    publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})


def _check_whose(policy: CadencePolicy) -> None:
    _check_purpose(policy.purpose)
    if policy.tier and policy.segment_id:
        raise DomainError("segment_or_tier", _("A policy is for a segment or for a tier, not for both."), field="tier")
    if policy.tier and policy.tier not in Tier.values:
        raise BadInput("tier_unknown", _("There is no such tier."), field="tier")


def _check_purpose(purpose: str) -> None:
    if purpose not in Purpose.values:
        raise BadInput("purpose_unknown", _("There is no such purpose."), field="purpose")


def _locked(policy: CadencePolicy, version: int | None) -> CadencePolicy:
    if not CadencePolicy.objects.select_for_update(no_key=True).filter(pk=policy.pk).exists():
        raise NotVisible
    current = _reloaded(policy)  # under the lock: the version is counted from the history
    if version is not None and current.version != version:  # type: ignore[attr-defined]
        raise Conflict("stale_version", _("Somebody changed this meanwhile. Load it again and repeat your edit."))
    return current


def _reloaded(policy: CadencePolicy) -> CadencePolicy:
    return with_version(CadencePolicy.objects.filter(pk=policy.pk)).get()


def _lock_account(by: Principal, account: Account) -> None:
    """Two who set it at once take turns. Raises: NotVisible where the account went out of sight."""
    locked = Account.objects.visible_to(by).filter(pk=account.pk).select_for_update(of=("self",), no_key=True)
    if not locked.values_list("pk", flat=True):
        raise NotVisible


def _announce(policy: CadencePolicy) -> None:
    segment_id = policy.segment_id and str(policy.segment_id)
    publish(POLICY_CHANGED, {"tier": policy.tier, "segment_id": segment_id, "after": None})
