"""The readers of pairs, and the one decision about them: that they are not the same.

What many share is no evidence, and how many are many is counted among what the reader sees: accounts that somebody
does not see neither add a pair to their list nor take one away.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account, AccountPair, ContactPair
from kam.core.errors import NotVisible
from kam.people.principal import Principal

ORDER = ("-score", "id")
MOST = 5  # as likely others of one account: a sixth makes them a crowd


def account_pairs(principal: Principal) -> QuerySet[AccountPair]:
    """Those not dismissed of which `principal` sees both, and neither has more than MOST that are as likely."""
    seen = _all_account_pairs(principal)
    listed = seen.filter(~_has_many(seen, "account_id"), ~_has_many(seen, "other_id"), dismissed_at=None)
    return listed.select_related("account__owner", "other__owner")


def _has_many(seen: QuerySet[AccountPair], end: str) -> Exists:
    """Whether one account of the pair is in more than MOST that are as likely as it, dismissed or not."""
    of_it = Q(account_id=OuterRef(end)) | Q(other_id=OuterRef(end))
    return Exists(seen.filter(of_it, score__gte=OuterRef("score"))[MOST : MOST + 1])


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
