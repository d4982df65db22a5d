"""Creating and editing accounts. Everything that follows from an edit is published in its transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts.enums import CUSTOMER_LIFECYCLES, Lifecycle, LifecycleEventKind
from accounts.models import Account, ExternalId, LifecycleEvent
from accounts.selectors import may_assign
from kam.core.errors import Conflict, DomainError
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.enums import Role
from kam.people.models import Team, User
from kam.people.principal import Principal
from kam.people.selectors import home_team

EDITABLE = [
    "name",
    "parent",
    "owner",
    "team",
    "segment",
    "tier",
    "lifecycle",
    "customer_since",
    "renewal_on",
    "industry",
    "country",
    "website",
    "employees",
    "company_revenue",
    "account_revenue",
    "currency",
    "acquired_via",
]

# What an account's cadence depends on: touchpoints plans again when one of these changes.
CADENCE_INPUTS = {"tier", "segment", "lifecycle", "customer_since", "owner"}
CADENCE_INPUTS_CHANGED = "account.cadence_inputs_changed"


@transaction.atomic
def create_account(
    *, by: Principal, now: datetime, name: str, external_ref: tuple[str, str] | None = None, **fields: Any
) -> Account:
    """A new account, owned by its creator and in the owner's team unless said otherwise.

    `external_ref` is (source, external id). Raises DomainError for an owner or team the creator may not
    assign, a date in the wrong order, or an external id already taken.
    """
    fields = with_defaults(by, fields)
    _check_assignment(by, owner=fields["owner"], team=fields["team"])
    account = Account(name=" ".join(name.split()), created_by_id=by.user_id, **fields)
    check_account(account)
    account.name_sort = fold(account.name)
    with translating_integrity():
        account.save(force_insert=True)
        if external_ref:
            ExternalId.objects.create(account=account, source=external_ref[0], external_id=external_ref[1])
    if account.lifecycle in CUSTOMER_LIFECYCLES:
        _record(account, LifecycleEventKind.WON, by=by, now=now, on=account.customer_since)
    publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})
    return account


@transaction.atomic
def edit_account(
    *, by: Principal, now: datetime, account: Account, changes: Mapping[str, Any], version: int | None = None
) -> Account:
    """Apply `changes` (editable fields only); nothing is written where nothing differs.

    `version` is the one the editor saw: Conflict("stale_version") where somebody was faster.
    Raises DomainError as create_account does.
    """
    account = Account.objects.visible_to(by).select_for_update(of=("self",)).get(pk=account.pk)
    if version is not None and account.version != version:
        raise Conflict("stale_version", "Somebody changed this account meanwhile. Load it again and repeat your edit.")
    before = {field: getattr(account, field) for field in EDITABLE}
    for field, value in changes.items():
        if field not in EDITABLE:
            raise DomainError("not_editable", f"{field} cannot be edited.", field=field)
        setattr(account, field, value)
    changed = {field for field in EDITABLE if getattr(account, field) != before[field]}
    if not changed:
        return account
    if changed & {"owner", "team"}:
        _check_assignment(by, owner=account.owner, team=account.team)
    account.name = " ".join(account.name.split())
    account.name_sort = fold(account.name)
    account.version += 1
    check_account(account)
    with translating_integrity():
        account.save(update_fields=[*changed, "name_sort", "version", "changed_at"])
    if "lifecycle" in changed:
        _record_transition(account, before["lifecycle"], by=by, now=now)
    if changed & CADENCE_INPUTS:
        publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})
    return account


def with_defaults(by: Principal, fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` with owner and team: the creator where it is a manager or leader, and the owner's team."""
    owner = fields.get("owner")
    if owner is None and by.user_id and by.role in (Role.MANAGER, Role.LEADER):
        owner = User.objects.get(pk=by.user_id)
    team = fields.get("team")
    if team is None:
        team = home_team(owner.pk) if owner else Team.objects.filter(pk__in=by.team_ids[:1]).first()
    return fields | {"owner": owner, "team": team}


def _check_assignment(by: Principal, *, owner: User | None, team: Team | None) -> None:
    if owner is not None and not may_assign(by, owner=owner):
        raise DomainError("owner_not_assignable", "You cannot give accounts to this person.", field="owner")
    if team is not None and not may_assign(by, team=team):
        raise DomainError("team_not_assignable", "You cannot place accounts in this team.", field="team")


def check_account(account: Account) -> None:
    """What no account may break, however it is written. Raises: DomainError."""
    if not account.name:
        raise DomainError("name_missing", "An account needs a name.", field="name")
    if account.parent_id == account.pk:
        raise DomainError("own_parent", "An account cannot be its own parent.", field="parent")
    if account.lifecycle == Lifecycle.PROSPECT and account.customer_since:
        raise DomainError("prospect_since", "A prospect is no customer yet: it has no date.", field="customer_since")


def _record_transition(account: Account, before: str, *, by: Principal, now: datetime) -> None:
    is_customer = account.lifecycle in CUSTOMER_LIFECYCLES
    if is_customer and before == Lifecycle.LOST:
        _record(account, LifecycleEventKind.REGAINED, by=by, now=now)
    elif is_customer and before == Lifecycle.PROSPECT:
        _record(account, LifecycleEventKind.WON, by=by, now=now, on=account.customer_since)
    elif account.lifecycle == Lifecycle.LOST and before in CUSTOMER_LIFECYCLES:
        _record(account, LifecycleEventKind.LOST, by=by, now=now)


def _record(account: Account, kind: str, *, by: Principal, now: datetime, on: date | None = None) -> None:
    today = now.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()
    LifecycleEvent.objects.create(
        account=account,
        kind=kind,
        occurred_on=on or today,
        assumed=on is None and kind == LifecycleEventKind.WON,
        created_by_id=by.user_id,
    )
