"""Creating many accounts in a handful of statements, with all that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Account, ExternalId
from accounts.services.accounts import CADENCE_INPUTS_CHANGED
from accounts.services.lifecycle import record_won
from kam.core.folding import fold
from kam.exchange.records import Context
from kam.outbox.publish import publish
from kam.people.principal import Principal


@dataclass(frozen=True)
class Draft:
    """A checked account that is not stored yet, and what its source calls it ("": nothing)."""

    account: Account
    source: str = ""
    external_id: str = ""


def create_accounts(*, context: Context, drafts: Sequence[Draft]) -> None:
    """Store them as `create_account` would one: with external ids, the won event and the topic for planning."""
    by = context.by
    if not drafts:
        return
    for draft in drafts:
        draft.account.name_sort = fold(draft.account.name)
        draft.account.created_by_id = by.user_id
        draft.account.imported_by_id = context.job_id
    Account.objects.bulk_create([draft.account for draft in drafts])
    attach_external_ids(by, drafts)
    record_won([draft.account for draft in drafts], by=by, now=context.now)
    publish(CADENCE_INPUTS_CHANGED, {"account_ids": [str(draft.account.pk) for draft in drafts]})


def attach_external_ids(by: Principal, drafts: Sequence[Draft]) -> set[UUID]:
    """Store the external ids that are new; gives back their accounts.

    One that somebody else's account has already stays with that account.
    """
    wanted = [
        ExternalId(account=draft.account, source=draft.source, external_id=draft.external_id)
        for draft in drafts
        if draft.external_id
    ]
    if not wanted:
        return set()
    known = ExternalId.objects.visible_to(by).filter(account_id__in={ref.account_id for ref in wanted})
    stored = set(known.values_list("account_id", "source", "external_id"))
    new = [ref for ref in wanted if (ref.account_id, ref.source, ref.external_id) not in stored]
    ExternalId.objects.bulk_create(new, ignore_conflicts=True)
    return {ref.account_id for ref in new}
