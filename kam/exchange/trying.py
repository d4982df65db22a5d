"""What an import would make of the first rows: done as it will be, and taken back at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kam.audit.context import recorded
from kam.exchange.bundle import Bundle
from kam.exchange.enums import Outcome
from kam.exchange.identities import tell_apart
from kam.exchange.models import ImportJob
from kam.exchange.reading import RawRow
from kam.exchange.records import Context, Record
from kam.exchange.registry import kind_of

ROWS = 20


@dataclass(frozen=True)
class Tried:
    """A record: its fields as they were read (by name), and how it would end."""

    line: int
    values: dict[str, str]
    outcome: Outcome
    remarks: list[str]


def try_out(job: ImportJob, header: Sequence[str], rows: Sequence[RawRow], context: Context) -> list[Tried]:
    """The records of `rows` under the job's mapping. Raises: BadInput for a mapping that does not fit."""
    kind = kind_of(job.kind)
    records = Bundle(kind, job.mapping, job.defaults, header).records(rows)
    read = [{name: _as_text(value) for name, value in record.values.items()} for record in records]
    with recorded(via="import", by=context.by), transaction.atomic():
        kind.handler.resolve(records, context)
        tell_apart(job, records, kind.handler)
        kind.handler.write(records, context)
        transaction.set_rollback(True)
    return [_tried(record, values) for record, values in zip(records, read, strict=True)]


def _tried(record: Record, values: dict[str, str]) -> Tried:
    return Tried(
        record.line,
        values,
        record.outcome or Outcome.REJECTED,
        [f"{issue.column}: {issue.message}" if issue.column else issue.message for issue in record.issues],
    )


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
