"""Creating and editing accounts. Everything that follows from an edit is published in its transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, ExternalId
from accounts.services.editing import CADENCE_INPUTS_CHANGED, EDITABLE, Editing
from accounts.services.lifecycle import record_won
from accounts.services.rules import check_account, check_assignment
from kam.core.currencies import check_currency
from kam.core.errors import Conflict
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.enums import Role
from kam.people.models import Team, User
from kam.people.principal import Principal
from kam.people.selectors import home_team

__all__ = ["CADENCE_INPUTS_CHANGED", "EDITABLE", "check_account", "create_account", "edit_account", "with_defaults"]


@transaction.atomic
def create_account(
    *, by: Principal, now: datetime, name: str, external_ref: tuple[str, str] | None = None, **fields: Any
) -> Account:
    """A new account, owned by its creator and in the owner's team unless said otherwise.

    `external_ref` is (source, external id); an `id` among the fields is the key to be given. Raises
    DomainError for an owner or team the creator may not assign, a date in the wrong order, or an external
    id already taken.
    """
    fields = with_defaults(by, fields)
    check_assignment(by, owner=fields["owner"], team=fields["team"])
    account = Account(name=" ".join(name.split()), created_by_id=by.user_id, **fields)
    check_account(account)
    check_currency(account.currency)
    account.name_sort = fold(account.name)
    with translating_integrity():
        account.save(force_insert=True)
        if external_ref:
            ExternalId.objects.create(account=account, source=external_ref[0], external_id=external_ref[1])
    record_won([account], by=by, now=now)
    publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account.pk)]})
    return account


@transaction.atomic
def edit_account(
    *, by: Principal, now: datetime, account: Account, changes: Mapping[str, Any], version: int | None = None
) -> Account:
    """Apply `changes` (editable fields only); nothing is written where nothing differs.

    `version` is the one the editor saw: Conflict("stale_version") where somebody was faster. Raises NotVisible
    where the account went out of sight meanwhile, and DomainError as create_account does.
    """
    parent = changes.get("parent")
    editing = Editing(by=by, now=now, account_ids=[account.pk], parents=[parent and parent.pk])
    current = editing.account(account.pk)
    if version is not None and current.version != version:
        raise Conflict(
            "stale_version", _("Somebody changed this account meanwhile. Load it again and repeat your edit.")
        )
    editing.apply(current.pk, changes)
    editing.store()
    return current


def with_defaults(by: Principal, fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` with owner and team: the creator where it is a manager or leader, and the owner's team."""
    owner = fields.get("owner")
    if owner is None and by.user_id and by.role in (Role.MANAGER, Role.LEADER):
        owner = User.objects.get(pk=by.user_id)
    team = fields.get("team")
    if team is None:
        team = home_team(owner.pk) if owner else Team.objects.filter(pk__in=by.team_ids[:1]).first()
    return fields | {"owner": owner, "team": team}
