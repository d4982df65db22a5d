"""Who hears that an object was deleted: whoever sees its account, or saw it when that was deleted itself."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet

from accounts.models import Account
from accounts.visibility import EqualsAny, visible_cells
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
    return Tombstone.objects.filter(Q(EqualsAny(F("account_id"), ArraySubquery(seen))) | visible_cells(principal))
