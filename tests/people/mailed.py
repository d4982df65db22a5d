"""Mail as the dispatcher really sends it."""

import re

from django.contrib.postgres.functions import TransactionNow
from django.core import mail

from kam.outbox import dispatch
from kam.outbox.models import Lane, OutboxMessage


def sent_mail() -> list[mail.EmailMessage]:
    """What the lane `mail` sends now."""
    before = len(mail.outbox)
    # A test is one transaction, in which the claim's clock stands still at its beginning.
    OutboxMessage.objects.filter(lane=Lane.MAIL, done_at=None).update(available_at=TransactionNow())
    dispatch.run(Lane.MAIL)
    return mail.outbox[before:]


def link_in(letter: mail.EmailMessage) -> str:
    """The path of the one link in a letter."""
    (path,) = re.findall(r"https?://[^/\s]+(/\S+)", letter.body)
    return str(path)
