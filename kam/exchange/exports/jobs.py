"""The worker's part: each message is one part of the file, so an export never holds a worker for long."""

from uuid import UUID

from kam.core.clock import now
from kam.exchange.exports.services import EXPORT_REQUESTED, export_step, forget_files
from kam.outbox import planner
from kam.outbox.registry import Message, subscribe


def register_jobs() -> None:
    planner.register("exchange.forget_exports", planner.Daily(hour=4), forget_files)


@subscribe(EXPORT_REQUESTED)
def continue_export(message: Message) -> None:
    export_step(job_id=UUID(message.payload["job"]), now=now())
