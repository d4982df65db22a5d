"""Import of touchpoints: what log_touchpoint does for one, for a chunk of lines at a time."""

import hashlib
from collections.abc import Sequence
from copy import copy
from typing import Any

from accounts.health import mark_dirty
from accounts.imports.naming import resolve_named_accounts
from kam.exchange.enums import Outcome
from kam.exchange.records import Context, Later, Record, open_records
from touchpoints.imports.catalogue import resolve_catalogue
from touchpoints.imports.fields import JOINED, PLAIN
from touchpoints.imports.people import link_people
from touchpoints.models import Touchpoint
from touchpoints.services.forget import forget_former
from touchpoints.services.reconcile import lock_accounts, reconcile
from touchpoints.services.rules import CLOCK_TOLERANCE

COMPARED = [*PLAIN, *JOINED, "type", "channel"]
# Whether and when it is counted contact: check-ins and flags followed from these.
DECIDING = {"type", "direction", "occurred_at"}


class TouchpointHandler:
    def resolve(self, records: Sequence[Record], context: Context) -> None:
        """Type, channel and account by name. `target` becomes the touchpoint, not stored yet."""
        for record in open_records(records):
            if record["occurred_at"] > context.now + CLOCK_TOLERANCE:
                record.reject("in_future", "This has not happened yet.", name="occurred_at")
        resolve_catalogue(records, context)
        resolve_named_accounts(records, context)
        for record in open_records(records):
            record.target = _touchpoint(record, context)

    def identity(self, record: Record) -> tuple[str, bool]:
        if record["external_id"]:
            return f"ref\0{record['source']}\0{record['external_id']}", True
        return f"row\0{_content(record)}", False

    def write(self, records: Sequence[Record], context: Context) -> list[Later]:
        rows = open_records(records)
        lock_accounts({record.target.account_id for record in rows})
        for record in rows:
            target: Touchpoint = record.target
            target.external_id = record["external_id"] or _external_id(record)
        stored = _stored(rows, context)
        _update(rows, stored, context)
        _create(open_records(rows), context)
        kept = [record for record in rows if record.outcome != Outcome.REJECTED]
        gained = link_people(kept, context)
        for record in kept:
            if record.outcome == Outcome.UNCHANGED and record.target.pk in gained:
                record.outcome = Outcome.UPDATED
        touched = sorted({r.target.account_id for r in kept if r.outcome != Outcome.UNCHANGED})
        if touched:
            reconcile(touched, now=context.now)
            mark_dirty(touched)
        return []

    def finish(self, later: Sequence[Later], context: Context) -> list[Record]:
        return []


def _touchpoint(record: Record, context: Context) -> Touchpoint:
    given: dict[str, Any] = {name: record[name] for name in (*PLAIN, *JOINED) if record[name] != ""}
    given.setdefault("initiative", record["type"].default_initiative)
    given["occurred_at"] = min(given["occurred_at"], context.now)  # as log_touchpoint does
    return Touchpoint(
        account_id=record["account"],
        type=record["type"],
        channel=record["channel"],
        source=record["source"],
        created_by_id=context.by.user_id,
        **given,
    )


def _content(record: Record) -> str:
    parts = [record["source"], record["account"], record["type"].pk, record["channel"].pk]
    parts += [record[name] for name in (*PLAIN, "contact", "staff")]
    parts += [f"{name}={record[name]}" for name in JOINED if record[name] != ""]
    return "\0".join(str(part) for part in parts)


def _external_id(record: Record) -> str:
    """The identity of a line without one: its content, and the how-manieth of its kind in the file it is."""
    digest = hashlib.blake2b(f"{_content(record)}\0{record.number}".encode(), digest_size=16)
    return f"row:{digest.hexdigest()}"


def _stored(rows: Sequence[Record], context: Context) -> dict[tuple[str, str], Touchpoint]:
    found = Touchpoint.objects.visible_to(context.by).filter(
        source__in={row.target.source for row in rows}, external_id__in={row.target.external_id for row in rows}
    )
    return {(entry.source, entry.external_id): entry for entry in found}


def _update(rows: Sequence[Record], stored: dict[tuple[str, str], Touchpoint], context: Context) -> None:
    """A line with an id of its source overwrites the columns it has; one known by content never does."""
    changed: list[Touchpoint] = []
    former: list[Touchpoint] = []
    fields: set[str] = set()
    for row in rows:
        new: Touchpoint = row.target
        old = stored.get((new.source, new.external_id))
        if old is None:
            continue
        if old.account_id != new.account_id:
            row.reject("account_differs", "This was imported for another account before.", name="account")
            continue
        different = [name for name in COMPARED if name in row.columns and row[name] != ""] if row["external_id"] else []
        different = [name for name in different if _stored_value(old, name) != _stored_value(new, name)]
        row.target = old
        row.outcome = Outcome.UPDATED if different else Outcome.UNCHANGED
        if different:
            if DECIDING & set(different):
                former.append(copy(old))
            for name in different:
                setattr(old, name, getattr(new, name))
            old.version += 1
            old.changed_at = context.now
            changed.append(old)
            fields.update(different)
    if changed:
        Touchpoint.objects.visible_to(context.by).bulk_update(changed, [*sorted(fields), "version", "changed_at"])
    if former:
        forget_former(former)


def _stored_value(touchpoint: Touchpoint, name: str) -> Any:
    return getattr(touchpoint, f"{name}_id" if name in ("type", "channel") else name)


def _create(rows: Sequence[Record], context: Context) -> None:
    """Insert what is new. An id taken by a touchpoint the importer cannot see is refused by the database."""
    if not rows:
        return
    Touchpoint.objects.bulk_create([row.target for row in rows], ignore_conflicts=True)
    mine = Touchpoint.objects.visible_to(context.by).filter(pk__in=[row.target.pk for row in rows])
    landed = set(mine.values_list("pk", flat=True))
    for row in rows:
        if row.target.pk in landed:
            row.outcome = Outcome.CREATED
        else:
            row.reject("external_id_taken", "This external id belongs to another touchpoint.", name="external_id")
