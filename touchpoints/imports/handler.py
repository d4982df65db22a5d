"""Import of touchpoints: what log_touchpoint does for one, for a chunk of lines at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.health import mark_dirty
from accounts.imports.naming import resolve_named_accounts
from kam.exchange.enums import Outcome
from kam.exchange.records import Context, Later, Record, open_records, parted_records
from touchpoints.enums import TouchpointStatus
from touchpoints.imports import merge
from touchpoints.imports.catalogue import resolve_catalogue
from touchpoints.imports.fields import JOINED, PLAIN
from touchpoints.imports.known import resolve_known
from touchpoints.services.forget import forget_former
from touchpoints.services.reconcile import lock_accounts, settle, settle_added
from touchpoints.services.rules import CLOCK_TOLERANCE
from touchpoints.services.staging import CONTENT, insert_staged, staging

STAGED_COLUMNS = ["place", "overwrites", "kam_id", "contact", "colleague", *CONTENT]
DETAILS = CONTENT[CONTENT.index("duration_minutes") : CONTENT.index("source")]


class TouchpointHandler:
    def resolve(self, records: Sequence[Record], context: Context) -> None:
        """Type, channel and account by name."""
        latest = context.now + CLOCK_TOLERANCE
        for record in parted_records(records):
            if record["occurred_at"] != "" and record["occurred_at"] > latest:
                record.reject("in_future", _("This has not happened yet."), name="occurred_at")
        resolve_catalogue(records, context)
        resolve_known(records, context)
        resolve_named_accounts(records, context)

    def identity(self, record: Record) -> tuple[str, bool]:
        """`target` keeps the content that a line without any id is known by."""
        if record["kam_id"]:
            return record.target.identity, True
        if record["external_id"]:
            return f"ref\0{record['source']}\0{record['external_id']}", True
        record.target = _content(record)
        return f"row\0{record.target}", False

    def write(self, records: Sequence[Record], context: Context) -> list[Later]:
        rows = open_records(records)
        if rows:
            lock_accounts({record["account"] for record in rows})
            with staging(STAGED_COLUMNS, _staged(rows, context)):
                _merge(rows, context)
            _settle(rows, context)
        return []

    def finish(self, later: Sequence[Later], context: Context) -> list[Record]:
        return []


def _settle(rows: Sequence[Record], context: Context) -> None:
    updated: set[UUID] = {row["account"] for row in rows if row.outcome == Outcome.UPDATED}
    added: set[UUID] = {row["account"] for row in rows if row.outcome == Outcome.CREATED} - updated
    if updated:
        settle(list(updated), now=context.now)
    if added:
        settle_added(list(added), now=context.now)
    mark_dirty(updated | added)


def _content(record: Record) -> str:
    parts = [record["source"], record["account"], record["type"].pk, record["channel"].pk]
    parts += [record[name] for name in (*PLAIN, "contact", "staff")]
    parts += [f"{name}={record[name]}" for name in JOINED if record[name] != ""]
    return "\0".join(str(part) for part in parts)


def _external_id(record: Record) -> str:
    """The identity of a line without one: its content, and the how-manieth of its kind in the file it is."""
    digest = hashlib.blake2b(f"{record.target}\0{record.number}".encode(), digest_size=16)
    return f"row:{digest.hexdigest()}"


def _staged(rows: Sequence[Record], context: Context) -> Iterator[list[Any]]:
    masks: dict[tuple[str, ...], int] = {}  # by the cells that are blank; the columns are those of the file
    for place, record in enumerate(rows):
        known = record.values.get
        if record.blank not in masks:
            masks[record.blank] = _overwrites(record)
        yield [
            place,
            masks[record.blank] if known("external_id") or known("kam_id") else 0,
            known("kam_id") or None,
            known("contact", ""),
            known("staff", ""),
            known("account"),
            record["type"].pk,
            record["channel"].pk,
            known("direction"),
            known("initiative") or record["type"].default_initiative,
            TouchpointStatus.COMPLETED.value,
            min(record["occurred_at"], context.now),  # as log_touchpoint does
            None,
            *[known(name, "") for name in DETAILS],
            known("source"),
            known("external_id") or _external_id(record),
        ]


def _overwrites(record: Record) -> int:
    """The columns that the line fills, as bits."""
    return sum(merge.BITS.get(name, 0) for name in record.columns if name not in record.blank)


def _merge(rows: Sequence[Record], context: Context) -> None:
    """End every line: what is stored already is compared, what differs overwritten, what is new inserted."""
    stored = merge.match(context.by, by_our_id=any(record["kam_id"] for record in rows))
    for place, is_elsewhere, is_appointment in stored:
        rows[place].outcome = Outcome.UNCHANGED
        if is_elsewhere:
            rows[place].reject("account_differs", _("This was imported for another account before."), name="account")
        elif is_appointment:
            rows[place].reject("appointment", _("This is an appointment: say there what became of it."))
    merge.leave_out([place for place, *faults in stored if any(faults)])
    changed = merge.overwrite(context.now) if stored else {}
    for place in changed:
        rows[place].outcome = Outcome.UPDATED
    if former := [touchpoint for touchpoint in changed.values() if touchpoint]:
        forget_former(former)
    for place in insert_staged(by=context.by, now=context.now) if len(stored) < len(rows) else ():
        rows[place].reject(
            "external_id_taken", _("This external id belongs to another touchpoint."), name="external_id"
        )
    for record in open_records(rows):
        record.outcome = Outcome.CREATED
    _tie_people(rows, context)


def _tie_people(rows: Sequence[Record], context: Context) -> None:
    """Contacts and colleagues by email. Somebody unknown is a warning: the rest is imported."""
    if any(record["contact"] for record in rows):
        _say(rows, merge.tie_contacts(context.by), "contact", _("The account has no contact with this email."))
    if any(record["staff"] for record in rows):
        _say(rows, merge.tie_colleagues(), "staff", _("Nobody of ours has this email."))


def _say(rows: Sequence[Record], told: Sequence[tuple[int, bool]], name: str, words: str) -> None:
    for place, is_unknown in told:
        if is_unknown:
            rows[place].warn(f"unknown_{name}", words, name=name)
        elif rows[place].outcome == Outcome.UNCHANGED:
            rows[place].outcome = Outcome.UPDATED
