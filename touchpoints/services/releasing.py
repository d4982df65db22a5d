"""What was handed over to somebody who no longer sees the account returns to its owner: else nobody had it to do."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from kam.people.models import User
from kam.people.principal import Principal, principal_for
from touchpoints.enums import CheckInStatus
from touchpoints.models import CheckIn
from touchpoints.services.reconcile import lock_accounts


@transaction.atomic
def release_unseen(account_ids: Sequence[UUID]) -> int:
    """Take open check-ins of these accounts from colleagues who do not see them; how many. A query or two for each."""
    given = CheckIn.objects.visible_to(Principal.system("releasing")).filter(
        status=CheckInStatus.OPEN, assigned_to__isnull=False, account__in=account_ids
    )
    pairs = set(given.values_list("assigned_to_id", "account_id"))
    unseen: dict[UUID, set[UUID]] = {}
    for user in User.objects.filter(pk__in={user_id for user_id, _account in pairs}):
        asked = {account_id for user_id, account_id in pairs if user_id == user.pk}
        seen = Account.objects.visible_to(principal_for(user)).filter(pk__in=asked).values_list("pk", flat=True)
        if lost := asked.difference(seen):
            unseen[user.pk] = lost
    if unseen:
        lock_accounts(set().union(*unseen.values()))
    return sum(
        given.filter(assigned_to=user_id, account__in=lost).update(assigned_to=None) for user_id, lost in unseen.items()
    )
