"""The readers of tags."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Account, AccountTag, Tag
from accounts.prepared import IDS, Prepared
from accounts.visibility import is_any
from kam.people.principal import Principal

OFFERED = 500
Accounts = TypeVar("Accounts", bound=QuerySet[Any])


def with_tags(accounts: Accounts, principal: Principal) -> Accounts:
    """Annotates `borne`: the tags of each account by name, as {id, name}."""
    borne = AccountTag.objects.visible_to(principal).filter(account=OuterRef("pk")).order_by("tag__name_sort", "id")
    return accounts.annotate(borne=ArraySubquery(borne.values(row=JSONObject(id="tag_id", name="tag__name"))))


def tags_among(principal: Principal, account_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Account → names of its tags in order; those without any are absent. One query."""
    found = defaultdict(list)
    for account_id, name in _NAMES.rows(principal, account_ids=list(account_ids)):
        found[account_id].append(name)
    return found


def _names(principal: Principal, *, account_ids: Sequence[UUID]) -> QuerySet[Any, Any]:
    asked = is_any("account_id", account_ids)
    borne = AccountTag.objects.visible_to(principal).filter(asked)
    return borne.order_by("tag__name_sort", "id").values_list("account_id", "tag__name")


_NAMES = Prepared(_names, account_ids=IDS)


def tags_offered(principal: Principal) -> list[str]:
    """What a form offers: the words on accounts that `principal` sees, and those they made. Others stay unknown."""
    borne = AccountTag.objects.visible_to(principal).filter(tag=OuterRef("pk"))
    found = Tag.objects.filter(Exists(borne) | Q(created_by__id=principal.user_id))
    return list(found.order_by("name_sort", "id").values_list("name", flat=True)[:OFFERED])


def tags_seen(principal: Principal) -> QuerySet[Tag]:
    """Those on accounts that `principal` sees, by name."""
    borne = AccountTag.objects.visible_to(principal).filter(tag=OuterRef("pk"))
    return Tag.objects.filter(Exists(borne)).order_by("name_sort", "id")


def tag_names(principal: Principal, account: Account) -> list[str]:
    borne = AccountTag.objects.visible_to(principal).filter(account=account).order_by("tag__name_sort", "id")
    return list(borne.values_list("tag__name", flat=True))


def tag_borne(principal: Principal, account_ids: Sequence[UUID], *, key: str) -> Tag | None:
    """The tag of this key, where one of these accounts bears it."""
    borne = AccountTag.objects.visible_to(principal).filter(is_any("account_id", account_ids), tag=OuterRef("pk"))
    return Tag.objects.filter(Exists(borne), name_sort=key).first()


def tags_with_accounts(principal: Principal) -> QuerySet[Tag]:
    """Every tag by name, with `accounts`: how many that `principal` sees bear it."""
    borne = AccountTag.objects.visible_to(principal).filter(tag=OuterRef("pk")).order_by()
    count = borne.values("tag").annotate(n=Count("id")).values("n")
    return Tag.objects.annotate(accounts=Coalesce(Subquery(count), 0)).order_by("name_sort", "id")
