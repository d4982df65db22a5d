"""What this floor has to be found."""

from django.utils.translation import gettext_lazy as _

from accounts.search.accounts import all_accounts, find_accounts
from accounts.search.contacts import find_contacts
from accounts.search.places import find_actions, find_pages
from accounts.search.registry import Source, register


def register_sources() -> None:
    """Called once, when the app is ready."""
    register(
        Source("account", _("Accounts"), 10, find_accounts, scope="accounts:read", more=all_accounts),
        Source("contact", _("People"), 20, find_contacts, scope="contacts:read"),
        Source("action", _("Actions"), 40, find_actions),
        Source("page", _("Pages"), 50, find_pages),
    )
