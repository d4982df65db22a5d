"""How fast an import goes and how long it still takes, from what the database knows of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kam.exchange.enums import JobStatus
from kam.exchange.models import ImportJob

# (running so long, ask again after so many seconds): quick at first, then patient.
PATIENCE = ((10, 1), (60, 2), (300, 5))
MOST_PATIENT = 10


@dataclass(frozen=True)
class Pace:
    """`rows_per_second` and `left` are None as long as nothing was read."""

    rows_per_second: int | None
    left: timedelta | None
    ask_again_seconds: int

    @property
    def minutes_left(self) -> int:
        """Rounded up."""
        return -(-round(self.left.total_seconds()) // 60) if self.left else 0


def pace_of(job: ImportJob, *, now: datetime) -> Pace:
    asked = (now - job.created_at).total_seconds()
    again = next((seconds for until, seconds in PATIENCE if asked < until), MOST_PATIENT)
    begin = job.started_at
    if job.status != JobStatus.RUNNING or begin is None or not job.read_bytes or now <= begin:
        return Pace(None, None, again)
    elapsed = (now - begin).total_seconds()
    left = elapsed * max(0, job.size_bytes - job.read_bytes) / job.read_bytes
    return Pace(round(job.total / elapsed), timedelta(seconds=round(left)), again)
