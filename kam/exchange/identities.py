"""Which identities a file has shown so far. Kept in the database, because a chunk knows nothing of the last."""

import hashlib
from collections.abc import Sequence

from kam.exchange.models import ImportJob, SeenIdentity
from kam.exchange.records import Record, open_records
from kam.exchange.registry import Handler


def tell_apart(job: ImportJob, records: Sequence[Record], handler: Handler) -> list[SeenIdentity]:
    """Number equal records; end the repetitions of an identity that its source gave as duplicates.

    Gives back what to `remember`.
    """
    identities = [(record, *handler.identity(record)) for record in open_records(records)]
    keys = [hashlib.blake2b(identity.encode(), digest_size=16).digest() for _, identity, _ in identities]
    seen = {bytes(row.digest): row for row in SeenIdentity.objects.filter(job=job, digest__in=set(keys))}
    for (record, _, is_given), key in zip(identities, keys, strict=True):
        row = seen.setdefault(key, SeenIdentity(job=job, digest=key, times=0, line=record.line))
        row.times += 1
        record.number = row.times
        if is_given and row.times > 1:
            record.duplicates(row.line)
    return [SeenIdentity(job=job, digest=key, times=row.times, line=row.line) for key, row in seen.items()]


def remember(seen: Sequence[SeenIdentity]) -> None:
    SeenIdentity.objects.bulk_create(
        seen, update_conflicts=True, unique_fields=["job", "digest"], update_fields=["times"]
    )


def forget(job: ImportJob) -> None:
    """The job is over: nobody asks for its identities again."""
    SeenIdentity.objects.filter(job=job).delete()
