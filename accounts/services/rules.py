"""What no account may break, however it is written."""

import re
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.enums import CUSTOMER_LIFECYCLES, Lifecycle
from accounts.models import Account
from accounts.selectors import may_assign
from kam.core.errors import DomainError
from kam.people.models import Team, User
from kam.people.principal import Principal

# Only what may safely become a link.
WEBSITE = re.compile(r"(https?://)?[^\s:/@]+\.[^\s:/@]+(:[0-9]{1,5})?(/\S*)?", re.IGNORECASE)

ANCESTORS = """
    WITH RECURSIVE up AS (
        SELECT id, parent_id FROM accounts_account WHERE id = ANY(%(ids)s::uuid[])
        UNION SELECT a.id, a.parent_id FROM accounts_account a JOIN up ON a.id = up.parent_id
    )
    SELECT id, parent_id FROM up
"""


def check_account(account: Account) -> None:
    """The rules of one account by itself. Raises: DomainError."""
    if not account.name:
        raise DomainError("name_missing", _("An account needs a name."), field="name")
    if account.parent_id == account.pk:
        raise DomainError("own_parent", _("An account cannot be its own parent."), field="parent")
    if account.lifecycle == Lifecycle.PROSPECT and account.customer_since:
        raise DomainError("prospect_since", _("A prospect is no customer yet: it has no date."), field="customer_since")
    for field in ("company_revenue", "account_revenue"):
        amount = getattr(account, field)
        if amount is not None and Decimal(amount) < 0:
            raise DomainError("revenue_negative", _("Revenue is zero or more."), field=field)
    check_website(account.website)


def check_website(address: str) -> None:
    """Raises: DomainError("not_a_website")."""
    if address and not WEBSITE.fullmatch(address):
        raise DomainError("not_a_website", _("This is no web address like www.example.com."), field="website")


def check_transition(before: str, after: str) -> None:
    """A customer may be lost; it never was a prospect all along. Raises: DomainError."""
    if before in CUSTOMER_LIFECYCLES and after == Lifecycle.PROSPECT:
        words = _("A customer does not become a prospect again: say that it is lost.")
        raise DomainError("was_customer", words, field="lifecycle")


def check_assignment(by: Principal, *, owner: User | None = None, team: Team | None = None) -> None:
    """Whether `by` may give an account to `owner`, or place it in `team`. Raises: DomainError."""
    if owner is not None and not may_assign(by, owner=owner):
        raise DomainError("owner_not_assignable", _("You cannot give accounts to this person."), field="owner")
    if team is not None and not may_assign(by, team=team):
        raise DomainError("team_not_assignable", _("You cannot place accounts in this team."), field="team")


class Family:
    """Who is whose parent, above the accounts of `ids`; and who may become it."""

    def __init__(self, ids: Iterable[UUID | None]) -> None:
        self._parents: dict[UUID, UUID | None] = {}
        wanted = [account_id for account_id in ids if account_id]
        if wanted:
            with connection.cursor() as cursor:
                cursor.execute(ANCESTORS, {"ids": wanted})
                self._parents = dict(cursor.fetchall())

    def adopt(self, child: UUID, parent: UUID | None) -> None:
        """Remember the parent of `child`. Raises DomainError where `child` stands above it."""
        above, seen = parent, {child}
        while above is not None and above not in seen:
            seen.add(above)
            above = self._parents.get(above)
        if above == child:
            words = _("This account stands below the other one: it cannot be its parent, too.")
            raise DomainError("parent_circle", words, field="parent")
        self._parents[child] = parent
