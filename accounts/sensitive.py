"""Who reads what is sensitive of the people at an account."""

from accounts.models import Account, Contact
from kam.core.personal import sensitive_fields
from kam.people.enums import Role
from kam.people.principal import Principal

FIELDS = tuple(sensitive_fields(Contact))


def reads_sensitive(principal: Principal, account: Account) -> bool:
    """The account's owner, leaders of its team or one above it, and administrators; no query.

    Not whoever is on the account team, and no integration: these see the account without being
    answerable for it. Asked only of accounts that `principal` sees.
    """
    if principal.user_id is None:
        return False
    if principal.sees_everything or account.owner_id == principal.user_id:
        return True
    return principal.role == Role.LEADER and account.team_id in principal.team_ids
