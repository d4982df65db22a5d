"""Import of accounts. An empty cell leaves what is there; a mapped one that differs is an update."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.days import reporting_day
from accounts.enums import Lifecycle
from accounts.imports.creating import Draft, attach_external_ids, create_accounts
from accounts.imports.fields import NAMED, PLAIN, SPREAD, TODAY
from accounts.imports.first_days import choose_first_days
from accounts.imports.lookup import tidy
from accounts.imports.parents import Parents, load, parents_of
from accounts.imports.resolving import REFUSALS, resolve_accounts, resolve_names
from accounts.imports.tagging import tag_accounts
from accounts.models import Account
from accounts.selectors import assignable_teams
from accounts.services.accounts import check_account, with_defaults
from accounts.services.editing import Editing
from accounts.services.rules import Family
from kam.core.errors import DomainError
from kam.exchange.enums import Outcome
from kam.exchange.records import Context, Later, Record, open_records


class AccountHandler:
    def resolve(self, records: Sequence[Record], context: Context) -> None:
        resolve_names(records, context.by)
        resolve_accounts(records, context)
        _say_the_day(records, reporting_day(context.now))

    def identity(self, record: Record) -> tuple[str, bool]:
        if record["external_id"]:
            return f"ref\0{record['source']}\0{record['external_id']}", True
        return f"name\0{tidy(record['name'])}", True

    def write(self, records: Sequence[Record], context: Context) -> list[Later]:
        rows = open_records(records)
        new = [record for record in rows if record.target is None]
        drafts = _drafts(new, context)
        parents = Parents(context.by, rows, drafts)
        family = Family(parents.id_of(record) for record in open_records(new))
        for record, draft in zip(open_records(new), drafts, strict=True):
            record.target, record.outcome = draft.account.pk, Outcome.CREATED
            _adopt(family, draft.account, parents.id_of(record), record)
        create_accounts(context=context, drafts=drafts)
        _update_all(open_records(rows), parents, context)
        tag_accounts(rows, context)
        return parents.open_ends(record for record in rows if record.outcome != Outcome.REJECTED)

    def finish(self, later: Sequence[Later], context: Context) -> list[Record]:
        parents = parents_of(context.by, later)
        above = load(context.by, parents.values())
        editing = Editing(by=context.by, now=context.now, account_ids=parents, parents=above)
        records = []
        for entry in later:
            record = Record(entry.line, target=entry.object_id)
            records.append(record)
            parent = above.get(parents[entry.object_id] or entry.object_id)
            name = entry.value.partition("\n")[2]
            if parent is None or parent.pk == entry.object_id:
                said = _("There is no one other account “%(name)s” to be the parent.") % {"name": name}
                record.warn("unknown_parent", said, name="parent")
                continue
            try:
                changed = editing.apply(entry.object_id, {"parent": parent})
            except DomainError as error:  # the line is in; only its parent is not
                record.warn(error.code, error.detail, name="parent")
                continue
            if changed and entry.outcome == Outcome.UNCHANGED:
                record.outcome = Outcome.UPDATED
        editing.store()
        return records


def _say_the_day(records: Sequence[Record], today: date) -> None:
    """What is said of all lines means customers: nobody owes a prospect contact, so none is silent.

    Only new accounts are spread (`_drafts`): of others it is known how long they have been silent.
    """
    for record in records:
        said, of_its_own = record["silence_from_on"], record.says("silence_from_on")
        if said not in (TODAY, SPREAD):
            continue
        if record["lifecycle"] == Lifecycle.PROSPECT and not of_its_own:
            record.values["silence_from_on"] = ""
        elif said == TODAY:
            record.values["silence_from_on"] = today
        elif record.target is not None:
            record.blank += ("silence_from_on",)


def _adopt(family: Family, account: Account, parent_id: UUID | None, record: Record) -> None:
    """New accounts may name each other: the one that would close a circle has no parent, and is told so."""
    try:
        family.adopt(account.pk, parent_id)
    except DomainError as error:
        record.warn(error.code, error.detail, name="parent")
    else:
        account.parent_id = parent_id


def _drafts(records: Sequence[Record], context: Context) -> list[Draft]:
    """The new accounts, each checked; a line whose account would break a rule is rejected."""
    teams = set(assignable_teams(context.by).values_list("pk", flat=True)) if records else set()
    placed: dict[Any, dict[str, Any]] = {}  # owner and team of a line without them, found once
    drafts: list[Draft] = []
    to_spread: list[tuple[int, Account]] = []
    for record in records:
        values = {name: record[name] for name in (*PLAIN, *NAMED) if record[name] != ""}
        asked = values.get("owner"), values.get("team")
        if asked not in placed:
            placed[asked] = with_defaults(context.by, dict(zip(("owner", "team"), asked, strict=True)))
        account = Account(**values | placed[asked])
        try:
            check_account(account)
        except DomainError as error:
            record.reject(error.code, error.detail, name=error.field or "")
            continue
        if account.team_id is not None and account.team_id not in teams:
            record.reject(REFUSALS["team"][0], str(REFUSALS["team"][1]), name="owner")
            continue
        drafts.append(Draft(account, record["source"], record["external_id"]))
        if record["silence_from_on"] == SPREAD:
            to_spread.append((record.line, account))
    choose_first_days(to_spread, reporting_day(context.now))
    return drafts


def _update_all(records: Sequence[Record], parents: Parents, context: Context) -> None:
    """However many lines: the accounts are read once, in order of id, and written by one statement."""
    above = load(context.by, [parents.id_of(record) for record in records])
    editing = Editing(by=context.by, now=context.now, account_ids=[r.target for r in records], parents=above)
    for record in records:
        changes = {name: record[name] for name in (*PLAIN, *NAMED) if record.says(name)}
        if (parent_id := parents.id_of(record)) in above:
            changes["parent"] = above[parent_id]
        _update(record, changes, editing)
    editing.store()
    kept = [record for record in records if record.outcome != Outcome.REJECTED]
    refs = [Draft(editing.account(r.target), r["source"], r["external_id"]) for r in kept if r["external_id"]]
    renamed = attach_external_ids(context.by, refs)
    for record in kept:
        if record.outcome == Outcome.UNCHANGED and record.target in renamed:
            record.outcome = Outcome.UPDATED


def _update(record: Record, changes: dict[str, Any], editing: Editing) -> None:
    try:
        changed = editing.apply(record.target, changes)
    except DomainError as error:
        record.reject(error.code, error.detail, name=error.field or "")
    else:
        record.outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
