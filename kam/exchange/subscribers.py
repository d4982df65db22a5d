"""The worker's part: each message is one chunk, so an import never holds a worker for long."""

from uuid import UUID

from kam.core.clock import now
from kam.exchange.running import IMPORT_REQUESTED, run_step
from kam.outbox.registry import Message, subscribe


@subscribe(IMPORT_REQUESTED)
def continue_import(message: Message) -> None:
    run_step(job_id=UUID(message.payload["job"]), now=now())
