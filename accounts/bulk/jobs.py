"""The worker's part: each message is one portion."""

from uuid import UUID

from accounts.bulk.changes import BULK, forget_changes, go_on_later
from kam.core.clock import now
from kam.outbox import planner
from kam.outbox.registry import Message, subscribe


def register_jobs() -> None:
    planner.register("accounts.forget_bulk", planner.Daily(hour=4), forget_changes)


@subscribe(BULK)
def continue_bulk(message: Message) -> None:
    go_on_later(change_id=UUID(message.payload["change"]), now=now())
