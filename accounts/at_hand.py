"""Which accounts a person keeps at hand: favourites, and those opened last. Read by the list and by My day."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accounts.models import Account, Favourite, Note, Visit
from accounts.visibility import EqualsAny
from kam.people.principal import Principal

RECENT = 20
Accounts = TypeVar("Accounts", bound=QuerySet[Any])


def favourites_of(principal: Principal) -> QuerySet[Account]:
    """The favourites that `principal` still sees, by name."""
    return only_favourites(Account.objects.visible_to(principal), principal).order_by("name_sort", "id")


def recent_visits(principal: Principal) -> QuerySet[Visit]:
    """When `principal` last opened each account, the latest first."""
    return _visits(principal).order_by("-opened_at", "-id")


def only_favourites(accounts: Accounts, principal: Principal) -> Accounts:
    marked = _favourites(principal).values("account_id")
    return accounts.filter(EqualsAny(F("id"), ArraySubquery(marked)))


def only_recent(accounts: Accounts, principal: Principal) -> Accounts:
    opened = recent_visits(principal).values("account_id")[:RECENT]
    return accounts.filter(EqualsAny(F("id"), ArraySubquery(opened)))


def with_favourites(accounts: Accounts, principal: Principal) -> Accounts:
    """Annotates `is_favourite`: whether `principal` marked the account."""
    marked = Favourite.objects.all_for_system(reason="correlated to accounts that are visible")
    theirs = marked.filter(user_id=principal.user_id, account=OuterRef("pk"))  # type: ignore[misc]
    return accounts.annotate(is_favourite=Exists(theirs))


def with_marks(accounts: Accounts, principal: Principal) -> Accounts:
    """The same and `opened_at`: when `principal` last opened the account (None: never)."""
    visits = Visit.objects.all_for_system(reason="correlated to accounts that are visible")
    theirs = visits.filter(user_id=principal.user_id, account=OuterRef("pk"))  # type: ignore[misc]
    return with_favourites(accounts, principal).annotate(opened_at=Subquery(theirs.values("opened_at")[:1]))


def notes_of(principal: Principal, account: Account) -> QuerySet[Note]:
    """The notes on an account with their authors: pinned ones first, then the newest."""
    notes = Note.objects.visible_to(principal).filter(account=account)
    return notes.select_related("author").order_by("-pinned", "-created_at", "-id")


def _favourites(principal: Principal) -> QuerySet[Favourite]:
    return Favourite.objects.visible_to(principal).filter(user_id=principal.user_id)  # type: ignore[misc]


def _visits(principal: Principal) -> QuerySet[Visit]:
    return Visit.objects.visible_to(principal).filter(user_id=principal.user_id)  # type: ignore[misc]
