"""The account that a line of another kind (contact, touchpoint) names."""

from collections.abc import Iterable, Sequence

from accounts.imports.creating import Draft, create_accounts
from accounts.imports.lookup import find_accounts, tidy
from accounts.models import Account
from accounts.services.accounts import with_defaults
from kam.exchange.records import Context, Record, open_records


def resolve_named_accounts(records: Sequence[Record], context: Context) -> None:
    """Put the account's id in place of its name; unknown ones are created where that was asked for."""
    rows = open_records(records)
    named = dict.fromkeys((row["source"], row["account"]) for row in rows)
    found = find_accounts(context.by, named)
    unknown = {tidy(name): (source, name) for source, name in named if not found.ids(source, name)}
    if unknown and context.create_accounts:
        drafts = _drafts(unknown.values(), context)
        create_accounts(context=context, drafts=drafts)
        for draft in drafts:
            found.by_name[draft.account.name].append(draft.account.pk)
    meant = {(source, name): found.ids(source, name) for source, name in named}
    for row in rows:
        ids = meant[row["source"], row["account"]]
        if not ids:
            row.reject("unknown_account", f"You have no account “{row['account']}”.", name="account")
        elif len(ids) > 1:
            row.reject("ambiguous_account", f"{len(ids)} accounts of yours have this name.", name="account")
        else:
            row.values["account"] = ids[0]


def _drafts(named: Iterable[tuple[str, str]], context: Context) -> list[Draft]:
    """An account per unknown name. Its name is kept as external id too, so that it may be renamed."""
    place = with_defaults(context.by, {})
    return [Draft(Account(name=tidy(name), **place), source, name) for source, name in named]
