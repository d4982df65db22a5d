"""Who hears that an object was deleted: whoever sees its account, or saw it when that was deleted itself."""

from django.db.models import Q, QuerySet

from accounts.models import Account
from kam.api.models import Tombstone
from kam.people.enums import Role
from kam.people.principal import Principal


def tombstones(principal: Principal) -> QuerySet[Tombstone]:
    """What was deleted of the accounts that `principal` sees or saw."""
    if principal.sees_everything:
        return Tombstone.objects.all()
    if principal.user_id is None or principal.role == Role.NOBODY:
        return Tombstone.objects.none()
    seen = Account.objects.visible_to(principal).values("id")
    saw = Q(owner_id=principal.user_id) | Q(team_id__in=principal.team_ids)
    return Tombstone.objects.filter(Q(account_id__in=seen) | saw)
