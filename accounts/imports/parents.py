"""Parents of imported accounts: stored ones, ones of the same chunk, and ones that come later in the file."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from accounts.imports.creating import Draft
from accounts.imports.lookup import find_accounts, tidy
from accounts.models import Account
from kam.exchange.records import Later, Record
from kam.people.principal import Principal


class Parents:
    """Answers who a line's parent is, as far as this chunk can tell. Two queries."""

    def __init__(self, by: Principal, records: Sequence[Record], drafts: Sequence[Draft]) -> None:
        self.found = find_accounts(by, [(r["source"], r["parent"]) for r in records if r["parent"]])
        for draft in drafts:
            self.found.by_name[tidy(draft.account.name)].append(draft.account.pk)
            if draft.external_id:
                self.found.by_ref[draft.source, draft.external_id] = draft.account.pk

    def id_of(self, record: Record) -> UUID | None:
        """None where there is no parent, none yet, or several accounts of that name."""
        ids = self.found.ids(record["source"], record["parent"]) if record["parent"] else []
        return ids[0] if len(ids) == 1 and ids[0] != record.target else None

    def open_ends(self, records: Iterable[Record]) -> list[Later]:
        """Lines whose parent may still come."""
        return [
            Later(record.line, record.target, f"{record['source']}\n{record['parent']}", record.outcome)
            for record in records
            if record["parent"] and record.target and record.outcome and self.id_of(record) is None
        ]


def parents_of(by: Principal, later: Sequence[Later]) -> Mapping[UUID, UUID | None]:
    """object id → its parent, now that the whole file was read; None where it is nobody or not clear who."""
    named = {entry.object_id: entry.value.partition("\n")[::2] for entry in later}
    found = find_accounts(by, named.values())
    ids = {child: found.ids(*name) for child, name in named.items()}
    return {child: matches[0] if len(matches) == 1 else None for child, matches in ids.items()}


def load(by: Principal, account_ids: Iterable[UUID | None]) -> dict[UUID, Account]:
    """Accounts that `by` sees, by id."""
    ids = {account_id for account_id in account_ids if account_id}
    return {account.pk: account for account in Account.objects.visible_to(by).filter(pk__in=ids)}
