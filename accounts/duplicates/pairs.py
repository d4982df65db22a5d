"""The readers of pairs, and the one decision about them: that they are not the same."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Account, AccountPair, ContactPair
from kam.core.errors import NotVisible
from kam.people.principal import Principal

ORDER = ("-score", "id")


def account_pairs(principal: Principal) -> QuerySet[AccountPair]:
    """Those not dismissed of which `principal` sees both; a pair with an invisible account tells nothing at all."""
    return _all_account_pairs(principal).filter(dismissed_at=None).select_related("account__owner", "other__owner")


def contact_pairs(principal: Principal) -> QuerySet[ContactPair]:
    """Those not dismissed, of the accounts that `principal` sees."""
    pairs = ContactPair.objects.visible_to(principal).filter(dismissed_at=None)
    return pairs.select_related("account", "contact", "other")


@transaction.atomic
def dismiss(*, by: Principal, kind: str, pair_id: UUID, dismissed: bool, now: datetime) -> AccountPair | ContactPair:
    """They are not the same, whatever is found again; or ask again after all. Raises: NotVisible."""
    everything: dict[str, QuerySet[AccountPair] | QuerySet[ContactPair]] = {
        "account": _all_account_pairs(by),
        "contact": ContactPair.objects.visible_to(by),
    }
    pair = everything[kind].select_for_update(of=("self",), no_key=True).filter(pk=pair_id).first()
    if pair is None:
        raise NotVisible
    pair.dismissed_at, pair.dismissed_by_id = (now, by.user_id) if dismissed else (None, None)
    pair.save(update_fields=["dismissed_at", "dismissed_by"])
    return pair


def _all_account_pairs(principal: Principal) -> QuerySet[AccountPair]:
    seen = Account.objects.visible_to(principal).values("id")
    return AccountPair.objects.visible_to(principal).filter(other__in=seen)
