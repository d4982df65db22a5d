"""The account that a line of another kind (contact, touchpoint) names."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.imports.creating import Draft, create_accounts
from accounts.imports.lookup import find_accounts, tidy
from accounts.models import Account
from accounts.services.accounts import with_defaults
from kam.exchange.records import Context, Record, parted_records


def resolve_named_accounts(records: Sequence[Record], context: Context) -> None:
    """Put the account's id in place of its name; unknown ones are created where that was asked for.

    Where there is an id already, somebody knew better.
    """
    rows = [row for row in parted_records(records) if row["account"] and not isinstance(row["account"], UUID)]
    named = dict.fromkeys((row["source"], row["account"]) for row in rows)
    found = find_accounts(context.by, named)
    if context.create_accounts:
        wanted = dict.fromkeys((row["source"], row["account"]) for row in rows if row.outcome is None)
        unknown = {tidy(name): (source, name) for source, name in wanted if not found.ids(source, name)}
        drafts = _drafts(unknown.values(), context) if unknown else []
        create_accounts(context=context, drafts=drafts)
        for draft in drafts:
            found.by_name[draft.account.name].append(draft.account.pk)
    meant = {(source, name): found.ids(source, name) for source, name in named}
    for row in rows:
        ids = meant[row["source"], row["account"]]
        if len(ids) > 1:
            said = _("%(number)s accounts of yours have this name.") % {"number": len(ids)}
            row.reject("ambiguous_account", said, name="account")
        elif not ids and not context.create_accounts:
            said = _("You have no account “%(name)s”.") % {"name": row["account"]}
            row.reject("unknown_account", said, name="account")
        elif row.outcome is None:
            row.values["account"] = ids[0]


def _drafts(named: Iterable[tuple[str, str]], context: Context) -> list[Draft]:
    """An account per unknown name. Its name is kept as external id too, so that it may be renamed."""
    place = with_defaults(context.by, {})
    return [Draft(Account(name=tidy(name), **place), source, name) for source, name in named]
