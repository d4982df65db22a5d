"""Accounts by name, or by what another system calls them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q
from django.urls import reverse

from accounts.at_hand import favourites_of, recent_visits
from accounts.models import Account, ExternalId, Favourite
from accounts.search.naming import ALSO, OWN, rows_named
from accounts.search.registry import MINE, Hit, best
from accounts.visibility import EqualsAny
from kam.core.matching import EXACT, Sought
from kam.people.principal import Principal

KIND = "account"
COLUMNS = ["id", "name", "owner__name", "team__name"]


def find_accounts(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    """The best by name, one's own and favourites a little ahead; an external id has to be given whole."""
    seen = Account.objects.visible_to(principal)
    known_as = ExternalId.objects.visible_to(principal).filter(external_id=sought.text.strip())
    also = Q(EqualsAny(F("id"), ArraySubquery(known_as.values("account_id"))))
    rows = rows_named(seen, COLUMNS, sought, limit, own=mine(principal), also=also)
    return best([_hit(row, _score(row, sought)) for row in rows], limit)


def mine(principal: Principal) -> Q:
    """Accounts that `principal` owns, or keeps at hand."""
    marked = Favourite.objects.visible_to(principal).filter(user_id=principal.user_id)  # type: ignore[misc]
    return Q(owner_id=principal.user_id) | Q(EqualsAny(F("id"), ArraySubquery(marked.values("account_id"))))


def at_hand(principal: Principal, limit: int) -> tuple[list[Hit], list[Hit]]:
    """The accounts opened last, the latest first, and the other favourites by name."""
    columns = [f"account__{column}" for column in COLUMNS]
    opened = recent_visits(principal).values_list(*columns)[:limit]
    recent = [_hit(dict(zip(COLUMNS, row, strict=True)), 0.0, icon="history") for row in opened]
    starred = favourites_of(principal).exclude(pk__in=[hit.id for hit in recent]).values(*COLUMNS)[:limit]
    return recent, [_hit(row, 0.0, icon="star") for row in starred]


def all_accounts(words: str) -> str:
    """The list of accounts, narrowed down to these words."""
    return f"{reverse('account_list')}?{urlencode({'search': words})}"


def _score(row: dict[str, Any], sought: Sought) -> float:
    if row["how"] == ALSO:
        return EXACT
    return sought.score(row["name"], is_found=True) + (MINE if row["how"] == OWN else 0)


def _hit(row: dict[str, Any], score: float, *, icon: str = "building") -> Hit:
    return Hit(
        kind=KIND,
        title=row["name"],
        url=reverse("account_detail", args=[row["id"]]),
        score=score,
        id=row["id"],
        account_id=row["id"],
        subtitle=" · ".join(filter(None, [row["owner__name"], row["team__name"]])),
        icon=icon,
    )
