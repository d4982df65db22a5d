"""The readers of pairs, and the one decision about them: that they are not the same.

What many share is no evidence, and how many are many is counted among what the reader sees: accounts that somebody
does not see neither add a pair to their list nor take one away.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import MergeKind
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
def dismiss(*, by: Principal, kind: str, pair_ids: Collection[UUID], now: datetime) -> int:
    """They are not the same, whatever is found again; how many were listed. Raises: NotVisible, then for all."""
    pairs = _pairs_of(by, kind).filter(pk__in=pair_ids)
    if {pair.pk for pair in pairs.select_for_update(of=("self",), no_key=True).order_by("id")} != set(pair_ids):
        raise NotVisible
    return pairs.filter(dismissed_at=None).update(dismissed_at=now, dismissed_by_id=by.user_id)


@transaction.atomic
def ask_again(*, by: Principal, kind: str, dismissed_at: datetime) -> int:
    """Take back what `by` dismissed at that moment; how many pairs there were."""
    mine = _pairs_of(by, kind).filter(dismissed_at=dismissed_at, dismissed_by_id=by.user_id)
    return mine.update(dismissed_at=None, dismissed_by=None)


def _pairs_of(principal: Principal, kind: str) -> QuerySet[AccountPair] | QuerySet[ContactPair]:
    return _all_account_pairs(principal) if kind == MergeKind.ACCOUNT else ContactPair.objects.visible_to(principal)


def _all_account_pairs(principal: Principal) -> QuerySet[AccountPair]:
    seen = Account.objects.visible_to(principal).values("id")
    return AccountPair.objects.visible_to(principal).filter(other__in=seen)
