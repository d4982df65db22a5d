"""Readers of cadence policies, and what one would do before it is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.enums import Tier
from accounts.models import Account, Segment
from kam.people.principal import Principal
from touchpoints.cadence import Cadence
from touchpoints.enums import Purpose
from touchpoints.models import AccountCadence, CadencePolicy
from touchpoints.sql import EFFECTIVE_CADENCE, NEWEST_COUNTED, SINCE_AT


def policies() -> QuerySet[CadencePolicy]:
    return with_version(CadencePolicy.objects.select_related("segment"))


def with_version(found: QuerySet[CadencePolicy]) -> QuerySet[CadencePolicy]:
    """Adds `version`: 1, and one more for every edit that the history holds."""
    events: Any = CadencePolicy.pgh_event_model  # type: ignore[attr-defined]
    edits = events.objects.filter(pgh_obj_id=OuterRef("pk"), pgh_label="update").order_by().values("pgh_obj_id")
    counted = Subquery(edits.annotate(times=Count("pgh_id")).values("times"), output_field=IntegerField())
    return found.annotate(version=Coalesce(counted, 0) + 1)


@dataclass(frozen=True)
class Whose:
    """Whose cadence a policy is: a segment's, a tier's, or everybody else's. `key` stands in addresses."""

    tier: str = ""
    segment: Segment | None = None

    @property
    def key(self) -> str:
        return str(self.segment.pk) if self.segment else self.tier or "default"


def whose(key: str) -> Whose | None:
    """What a key of an address names; None where there is no such tier or segment."""
    if key == "default":
        return Whose()
    if key in Tier.values:
        return Whose(tier=key)
    try:
        segment = Segment.objects.filter(pk=UUID(key)).first()
    except ValueError:
        return None
    return Whose(segment=segment) if segment else None


def policy_of(one: Whose, purpose: str) -> CadencePolicy | None:
    return policies().filter(purpose=purpose, tier=one.tier, segment=one.segment).first()


def fallback(one: Whose, purpose: str) -> CadencePolicy | None:
    """What applies to them without a policy of their own, where that is one for all of them: the default."""
    return policy_of(Whose(), purpose) if one != Whose() else None


def own_cadence(principal: Principal, account: Account, purpose: str) -> AccountCadence | None:
    return AccountCadence.objects.visible_to(principal).filter(account=account, purpose=purpose).first()


def applying(account: Account, purpose: str) -> Cadence | None:
    """What applies to an account its caller may see; None: no cadence does."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ideal_days, maximum_days, working_days, origin FROM ({EFFECTIVE_CADENCE}) c "
            "WHERE account_id = %(account)s AND purpose = %(purpose)s AND ideal_days IS NOT NULL",
            {"account": account.pk, "purpose": purpose},
        )
        row = cursor.fetchone()
    return Cadence(*row) if row else None


@dataclass(frozen=True)
class Row:
    """A line of the matrix: for each purpose the policy, or None where these accounts fall back."""

    whose: Whose
    cells: list[tuple[Purpose, CadencePolicy | None]]


def matrix() -> list[Row]:
    """Everybody else, the tiers, the segments; two queries."""
    held = {(one.segment, one.tier, one.purpose): one for one in policies()}
    lines = [Whose(), *(Whose(tier=tier) for tier in Tier.values)]
    lines += [Whose(segment=segment) for segment in Segment.objects.order_by("name", "id")]
    return [
        Row(one, [(purpose, held.get((one.segment, one.tier, purpose.value))) for purpose in Purpose]) for one in lines
    ]


@dataclass(frozen=True)
class Effect:
    """How many accounts a cadence applies to, how many are stale for its purpose now, and how many would be.

    `stale_after` None: nothing was changed.
    """

    accounts: int
    stale_now: int
    stale_after: int | None


# The accounts that a policy applies to, whether it is there already or not: origin says what beats what.
_REACH = {
    "segment": "a.segment_id = %(segment)s AND c.origin <> 'own' AND a.lifecycle IN ('onboarding', 'active')",
    "tier": "a.tier = %(tier)s AND c.origin IN ('tier', 'default') AND a.lifecycle IN ('onboarding', 'active')",
    "default": "c.origin = 'default' AND a.lifecycle IN ('onboarding', 'active')",
    "own": "a.id = %(account)s",
}
_CONTACT = (
    f"""(SELECT n.occurred_at FROM ({NEWEST_COUNTED.format(account="a.id", until="%(now)s", purpose="c.purpose")}) n)"""
)
_STANDING = f"""
    SELECT count(*), count(*) FILTER (
        WHERE COALESCE({{touched}}, {SINCE_AT}) + make_interval(hours => 24 * c.maximum_days) < %(now)s)
    FROM ({EFFECTIVE_CADENCE}) c JOIN accounts_account a ON a.id = c.account_id
    WHERE c.purpose = %(purpose)s AND {{reach}}
"""


def standing(one: Whose, purpose: str, *, now: datetime, account: UUID | None = None) -> tuple[int, int]:
    """How many accounts a policy of these applies to (or: this account alone), and how many of them are stale."""
    reach = "own" if account else "segment" if one.segment else "tier" if one.tier else "default"
    touched = "a.last_touch_at" if purpose == Purpose.OPERATIONAL else _CONTACT
    values: dict[str, Any] = {"segment": one.segment and one.segment.pk, "tier": one.tier, "account": account}
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING.format(touched=touched, reach=_REACH[reach]), {**values, "purpose": purpose, "now": now}
        )
        accounts, stale = cursor.fetchone()
    return accounts, stale


def effect(
    change: Callable[[], object], one: Whose, purpose: str, *, now: datetime, account: UUID | None = None
) -> Effect:
    """What `change` (a service call) would do: it is made, looked at and rolled back, so that no rule is told twice."""
    accounts, before = standing(one, purpose, now=now, account=account)
    with transaction.atomic():
        change()
        _accounts, after = standing(one, purpose, now=now, account=account)
        transaction.set_rollback(True)
    return Effect(accounts, before, after)
