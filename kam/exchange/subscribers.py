"""The worker's part: each message is one chunk, so an import never holds a worker for long."""

from uuid import UUID

from kam.core.clock import now
from kam.exchange.drafts import clean_drafts
from kam.exchange.running import IMPORT_REQUESTED, run_step
from kam.outbox import planner
from kam.outbox.registry import Message, subscribe


def register_jobs() -> None:
    planner.register("exchange.drafts", planner.Daily(hour=3), clean_drafts)


@subscribe(IMPORT_REQUESTED)
def continue_import(message: Message) -> None:
    run_step(job_id=UUID(message.payload["job"]), now=now())
