"""Which identities a file has shown so far. Kept in the database, because a chunk knows nothing of the last."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from kam.core.copying import copy
from kam.exchange.models import ImportJob, SeenIdentity
from kam.exchange.records import Record, open_records
from kam.exchange.registry import Handler

TABLE = SeenIdentity._meta.db_table

# Texts of hexadecimal digits: PostgreSQL reads an array of thousands of bytea literals far more slowly.
LOOK_UP = f"""
    SELECT encode(digest, 'hex'), times, line FROM {TABLE}
    WHERE job_id = %s AND digest IN (SELECT decode(one, 'hex') FROM unnest(string_to_array(%s, ',')) AS one)
"""

COUNT_AGAIN = f"""
    UPDATE {TABLE} s SET times = again.times
    FROM unnest(%s::text[], %s::integer[]) AS again(digest, times)
    WHERE s.job_id = %s AND s.digest = decode(again.digest, 'hex')
"""


@dataclass(slots=True)
class Seen:
    """How often an identity was met, where first, and how often in the chunks before."""

    line: int
    times: int = 0
    stored: int = 0


def tell_apart(job: ImportJob, records: Sequence[Record], handler: Handler) -> dict[str, Seen]:
    """Number equal records; end the repetitions of an identity that its source gave as duplicates.

    Gives back what to `remember`, by digest.
    """
    rows = open_records(records)
    identities = [handler.identity(record) for record in rows]
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text, _ in identities]
    seen = _seen_before(job, set(digests))
    for record, (_, is_given), digest in zip(rows, identities, digests, strict=True):
        met = seen.get(digest)
        if met is None:
            met = seen[digest] = Seen(record.line)
        met.times += 1
        record.number = met.times
        if is_given and met.times > 1:
            record.duplicates(met.line)
    return seen


def remember(job: ImportJob, seen: dict[str, Seen]) -> None:
    new = ((job.pk, f"\\x{digest}", met.times, met.line) for digest, met in seen.items() if not met.stored)
    copy(TABLE, ["job_id", "digest", "times", "line"], new)
    again = {digest: met.times for digest, met in seen.items() if met.stored}
    if again:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_AGAIN, [list(again), list(again.values()), job.pk])


def forget(job: ImportJob) -> None:
    """The job is over: nobody asks for its identities again."""
    SeenIdentity.objects.filter(job=job).delete()


def _seen_before(job: ImportJob, digests: Collection[str]) -> dict[str, Seen]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [job.pk, ",".join(digests)])
        return {digest: Seen(line, times, stored=times) for digest, times, line in cursor.fetchall()}
