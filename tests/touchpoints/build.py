"""Bare rows and short questions for tests of the cadence: no service in between."""

from datetime import UTC, date, datetime

from accounts.models import Account, AccountMember
from kam.people.models import User
from tests.personas import make_account
from touchpoints.models import CadenceState, Channel, CheckIn, StaleFlag, Touchpoint, TouchpointType
from touchpoints.services.forget import forget
from touchpoints.services.reconcile import Changes, reconcile

WHY = {"reason": "tests"}


def at(text: str) -> datetime:
    """An instant in UTC: "2026-03-02 09:00", or midnight of a bare date."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def customer(tier: str = "A", since: str | None = None, **fields: object) -> Account:
    """An active account; tier A wants a check-in after 14 days and is stale after 30."""
    return make_account(
        "Acme", owner=None, team=None, tier=tier, customer_since=date.fromisoformat(since) if since else None, **fields
    )


def touch(
    account: Account, when: str | datetime, *, type: str = "check_in", direction: str = "two_way", **fields: object
) -> Touchpoint:
    """A completed touchpoint, or one of another status; nothing follows from it until `reconcile`."""
    moment = at(when) if isinstance(when, str) else when
    if fields.get("status", "completed") != "completed":
        fields["planned_for"] = moment
    touchpoint = Touchpoint(
        account=account,
        type=TouchpointType.objects.get(key=type),
        channel=Channel.objects.get(key="phone"),
        direction=direction,
        initiative="direct",
        occurred_at=moment,
        **fields,
    )
    touchpoint.save(force_insert=True)
    return touchpoint


def settle(account: Account, now: str | datetime) -> Changes:
    """Reconcile at `now` and read the account's pulse anew."""
    changes = reconcile([account.pk], now=at(now) if isinstance(now, str) else now)
    pulse = Account.objects.all_for_system(**WHY).get(pk=account.pk)
    account.last_touch_at, account.stale_at = pulse.last_touch_at, pulse.stale_at
    return changes


def remove(touchpoint: Touchpoint) -> None:
    """What the service does before it reconciles."""
    forget([touchpoint])
    Touchpoint.objects.all_for_system(**WHY).filter(pk=touchpoint.pk).delete()


def check_ins(account: Account, purpose: str = "operational") -> list[CheckIn]:
    """Every check-in of the account for a purpose, the earliest period first."""
    mine = CheckIn.objects.all_for_system(**WHY).filter(account=account, purpose=purpose)
    return list(mine.order_by("period_on", "id"))


def open_check_in(account: Account, purpose: str = "operational") -> CheckIn | None:
    planned = CheckIn.objects.all_for_system(**WHY).filter(account=account, purpose=purpose, status="open")
    return planned.first()


def flags(account: Account, purpose: str = "operational") -> list[StaleFlag]:
    mine = StaleFlag.objects.all_for_system(**WHY).filter(account=account, purpose=purpose)
    return list(mine.order_by("anchor_at", "id"))


def open_flag(account: Account, purpose: str = "operational") -> StaleFlag | None:
    return next((flag for flag in flags(account, purpose) if flag.closed_at is None), None)


def state(account: Account, purpose: str) -> tuple[datetime | None, datetime | None] | None:
    """Last counted contact and when the silence since is too long; None where nobody keeps them."""
    kept = CadenceState.objects.all_for_system(**WHY).filter(account=account, purpose=purpose)
    return kept.values_list("last_touch_at", "stale_at").first()


def sponsor(account: Account, user: User) -> AccountMember:
    """Makes a colleague the account's executive sponsor; nothing follows from it until `reconcile`."""
    member = AccountMember(account=account, user=user, role="executive_sponsor")
    member.save(force_insert=True)
    return member


def shape(account: Account, purpose: str = "operational") -> list[tuple[str, str, str]]:
    """Each check-in as (period, due, status)."""
    return [(str(c.period_on), str(c.due_on), c.status) for c in check_ins(account, purpose)]
