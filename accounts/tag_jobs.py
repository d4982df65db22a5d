"""The worker's part of a tag that very many accounts bear: each message touches some of them."""

from uuid import UUID

from accounts.services.tag_upkeep import TAGS_CHANGED, touch
from kam.core.clock import now
from kam.outbox.registry import Message, subscribe


@subscribe(TAGS_CHANGED)
def touch_tagged(message: Message) -> None:
    touch([UUID(account_id) for account_id in message.payload["account_ids"]], now=now())
