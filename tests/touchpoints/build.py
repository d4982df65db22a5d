"""Bare rows and short questions for tests of the cadence: no service in between."""

from datetime import UTC, date, datetime

from accounts.models import Account
from tests.personas import make_account
from touchpoints.models import Channel, CheckIn, StaleFlag, Touchpoint, TouchpointType
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
    """A completed touchpoint; nothing follows from it until `reconcile`."""
    touchpoint = Touchpoint(
        account=account,
        type=TouchpointType.objects.get(key=type),
        channel=Channel.objects.get(key="phone"),
        direction=direction,
        initiative="direct",
        occurred_at=at(when) if isinstance(when, str) else when,
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


def check_ins(account: Account) -> list[CheckIn]:
    """Every check-in of the account, the earliest period first."""
    return list(CheckIn.objects.all_for_system(**WHY).filter(account=account).order_by("period_on", "id"))


def open_check_in(account: Account) -> CheckIn | None:
    return CheckIn.objects.all_for_system(**WHY).filter(account=account, status="open").first()


def flags(account: Account) -> list[StaleFlag]:
    return list(StaleFlag.objects.all_for_system(**WHY).filter(account=account).order_by("anchor_at", "id"))


def open_flag(account: Account) -> StaleFlag | None:
    return StaleFlag.objects.all_for_system(**WHY).filter(account=account, closed_at__isnull=True).first()


def shape(account: Account) -> list[tuple[str, str, str]]:
    """Each check-in as (period, due, status)."""
    return [(str(c.period_on), str(c.due_on), c.status) for c in check_ins(account)]
