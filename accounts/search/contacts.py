"""The people at accounts, by name or by mail address."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import Account, Contact
from accounts.search.accounts import mine
from accounts.search.naming import ALSO, OWN, rows_named
from accounts.search.registry import MINE, Hit, best
from accounts.visibility import EqualsAny
from kam.core.matching import BEGINS, EXACT, PART, Sought
from kam.core.personal import readable
from kam.people.principal import Principal

KIND = "contact"
ABOUT = ("name_sort", "first_name", "last_name", "job_title", "email")
LEAST = 3  # letters of an address


def find_contacts(principal: Principal, sought: Sought, limit: int) -> list[Hit]:
    """The best by name or address, those of one's own accounts a little ahead.

    A field that may not be shown to whoever sees the account is not searched either.
    """
    shown = readable(Contact, ABOUT)
    if not {"name_sort", "first_name", "last_name"} <= set(shown):
        return []
    seen: QuerySet[Contact, Any] = Contact.objects.visible_to(principal)
    own_accounts = Account.objects.visible_to(principal).filter(mine(principal)).values("id")
    own = Q(EqualsAny(F("account_id"), ArraySubquery(own_accounts)))
    also = None
    if "email" in shown and len(sought.words) == 1 and len(sought.folded) >= LEAST:
        seen, also = seen.annotate(address=Lower("email")), ~Q(email="") & Q(address__contains=sought.folded)
    rows = rows_named(seen, ["id", "account_id", "account__name", *shown], sought, limit, own=own, also=also)
    return best([_hit(row, sought) for row in rows], limit)


def _hit(row: dict[str, Any], sought: Sought) -> Hit:
    name = f"{row['first_name']} {row['last_name']}".strip()
    by_address = row["how"] == ALSO
    said = row["email"] if by_address else row.get("job_title")
    return Hit(
        kind=KIND,
        title=name,
        url=f"{reverse('account_detail', args=[row['account_id']])}#contact-{row['id']}",
        score=_address_score(row["email"], sought) if by_address else _score(row, name, sought),
        id=row["id"],
        account_id=row["account_id"],
        subtitle=" · ".join(filter(None, [row["account__name"], said])),
        icon="user",
    )


def _score(row: dict[str, Any], name: str, sought: Sought) -> float:
    """By the better of "first last" and "last first"."""
    better = max(sought.score(one, is_found=True) for one in (name, row["name_sort"]))
    return better + (MINE if row["how"] == OWN else 0)


def _address_score(address: str, sought: Sought) -> float:
    lower = address.lower()
    return EXACT if lower == sought.folded else BEGINS if lower.startswith(sought.folded) else PART
