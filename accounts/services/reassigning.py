"""Accounts change hands: one, many, or all of somebody who leaves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.selectors import heirs, steered
from accounts.services.editing import CADENCE_INPUTS_CHANGED
from kam.core.errors import DomainError, NotVisible
from kam.outbox.publish import publish
from kam.people.models import User
from kam.people.principal import Principal

ANNOUNCED_AT_ONCE = 500


@transaction.atomic
def reassign_accounts(*, by: Principal, account_ids: Sequence[UUID], owner: User | None, now: datetime) -> int:
    """Give all of these accounts to `owner` (None: nobody), or none of them; how many changed hands.

    Owners give away their own, leaders and integrations those of their teams, administrators any. The team
    stays, and so do history and touchpoints; the former owner loses sight at once, unless a team or the account
    team shows them the account. Raises: NotVisible where one is missing or invisible, DomainError
    "not_yours_to_give" or "owner_not_assignable".
    """
    wanted = set(account_ids)
    # In order of id, as every writer of several accounts locks them.
    visible = Account.objects.visible_to(by).filter(pk__in=wanted).order_by("pk")
    found = set(visible.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    if found != wanted:
        raise NotVisible
    _check(by, wanted, owner)
    locked = Account.objects.visible_to(by).filter(pk__in=wanted)
    changed = sorted(locked.exclude(owner=owner).values_list("pk", flat=True))
    rows = Account.objects.visible_to(by).filter(pk__in=changed)
    rows.update(owner=owner, version=F("version") + 1, changed_at=Greatest(F("changed_at"), now))
    announce(changed)
    return len(changed)


def announce(account_ids: Sequence[UUID]) -> None:
    """Their cadence is planned again, and the owners' figures counted."""
    for some in _batches(account_ids):
        publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(account_id) for account_id in some]})


def _check(by: Principal, account_ids: set[UUID], owner: User | None) -> None:
    foreign = len(account_ids) - steered(by).filter(pk__in=account_ids).count()
    if foreign:
        words = ngettext(
            "%(n)d of these accounts is not yours to hand over.",
            "%(n)d of these accounts are not yours to hand over.",
            foreign,
        )
        raise DomainError("not_yours_to_give", words % {"n": foreign})
    if owner is not None and not heirs(by).filter(pk=owner.pk).exists():  # nobody may follow, as in an edit
        raise DomainError("owner_not_assignable", _("You cannot give accounts to this person."), field="owner")


def _batches(account_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    """Each message is one transaction of the worker: small enough to be tried again."""
    starts = range(0, len(account_ids), ANNOUNCED_AT_ONCE)
    return [account_ids[start : start + ANNOUNCED_AT_ONCE] for start in starts]
