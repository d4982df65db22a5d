"""Edits of many accounts: each checked by itself, all stored by one statement, with what follows from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services.lifecycle import Transition, correct_starts, record_transitions
from accounts.services.rules import Family, check_account, check_assignment, check_transition
from kam.core.currencies import check_currency
from kam.core.errors import DomainError, NotVisible
from kam.core.folding import fold
from kam.core.integrity import translating_integrity
from kam.outbox.publish import publish
from kam.people.principal import Principal

EDITABLE = [
    "name",
    "parent",
    "owner",
    "team",
    "segment",
    "tier",
    "lifecycle",
    "customer_since",
    "silence_from_on",
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

COLUMNS = {field.name: field.attname for field in Account._meta.concrete_fields}

# What an account's cadence depends on: touchpoints plans again when one of these changes.
CADENCE_INPUTS = {"tier", "segment", "lifecycle", "customer_since", "silence_from_on", "owner"}
CADENCE_INPUTS_CHANGED = "account.cadence_inputs_changed"


class Editing:
    """The accounts of `account_ids` that `by` sees, locked in order of id until the transaction ends.

    `parents` are those that edits may name: who stands above them is read once.
    """

    def __init__(
        self, *, by: Principal, now: datetime, account_ids: Iterable[UUID], parents: Iterable[UUID | None] = ()
    ) -> None:
        self.by, self.now = by, now
        locked = Account.objects.visible_to(by).filter(pk__in=set(account_ids)).order_by("pk")
        self._accounts = {account.pk: account for account in locked.select_for_update(of=("self",), no_key=True)}
        self._family = Family(parents)
        self._assignable: set[tuple[str, UUID]] = set()
        self._changed: dict[UUID, set[str]] = {}
        self._lifecycles: dict[UUID, str] = {}

    def account(self, account_id: UUID) -> Account:
        """Raises NotVisible where it is gone, or out of sight by now."""
        if account_id not in self._accounts:
            raise NotVisible
        return self._accounts[account_id]

    def apply(self, account_id: UUID, changes: Mapping[str, Any]) -> set[str]:
        """Make these changes, not stored yet; the fields that differ. After a DomainError it is as it was."""
        account = self.account(account_id)
        if unknown := sorted(set(changes) - set(EDITABLE)):
            raise DomainError("not_editable", _("This cannot be edited."), field=unknown[0])
        before = {field: _value(account, field) for field in EDITABLE}
        for field, value in changes.items():
            setattr(account, field, value)
        account.name = " ".join(account.name.split())
        changed = {field for field in EDITABLE if _value(account, field) != before[field]}
        try:
            self._check(account, changed, before)
        except DomainError:
            for field in changed:
                setattr(account, COLUMNS[field], before[field])
            raise
        if changed:
            account.version += 1
            self._lifecycles.setdefault(account_id, before["lifecycle"])
            self._changed.setdefault(account_id, set()).update(changed)
        return changed

    def _check(self, account: Account, changed: set[str], before: Mapping[str, Any]) -> None:
        """Whom it may be given to only where that changes: an edit is not refused for what it leaves alone."""
        for field in sorted(changed & {"owner", "team"}):
            key = field, _value(account, field)
            if key not in self._assignable:
                check_assignment(self.by, **{field: getattr(account, field)})
                self._assignable.add(key)
        if changed:
            check_account(account)
        if "currency" in changed:
            check_currency(account.currency)
        if "lifecycle" in changed:
            check_transition(before["lifecycle"], account.lifecycle)
        if "parent" in changed:
            self._family.adopt(account.pk, account.parent_id)

    def store(self) -> None:
        """Write what changed and all that follows from it."""
        if not self._changed:
            return
        accounts = [self._accounts[account_id] for account_id in sorted(self._changed)]
        for account in accounts:
            account.name_sort = fold(account.name)
            account.changed_at = max(account.changed_at, self.now)
        fields = set().union(*self._changed.values()) | {"name_sort", "version", "changed_at"}
        with translating_integrity():
            Account.objects.visible_to(self.by).bulk_update(accounts, sorted(fields))
        record_transitions(
            [Transition(account, self._lifecycles[account.pk]) for account in accounts], by=self.by, now=self.now
        )
        correct_starts(account for account in accounts if "customer_since" in self._changed[account.pk])
        replan = [account.pk for account in accounts if self._changed[account.pk] & CADENCE_INPUTS]
        if replan:
            publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account_id) for account_id in replan]})


def _value(account: Account, field: str) -> Any:
    """What the column holds: comparing rows themselves would load them."""
    return getattr(account, COLUMNS[field])
