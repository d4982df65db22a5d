"""Carries letters: claimed, sent, marked. A crash between the last two sends one again under the same Message-ID."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from kam.core import clock, letters
from kam.outbox.models import Lane
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe

LETTER = "mail.letter"
SERVER = "mail-server"  # at most two connections to it at a time


def carry(kind: str, about: dict[str, Any], once: str | None) -> None:
    key = f"{LETTER}:{once}" if once else None
    publish(LETTER, {"kind": kind, "about": about}, lane=Lane.MAIL, destination=SERVER, dedup_key=key)


@subscribe(LETTER, Lane.MAIL)
def send(message: Message) -> None:
    """Send a letter if it is still wanted. EMAIL_TIMEOUT ends a try that hangs, well before the lease does."""
    letter = letters.compose(message.payload["kind"], message.payload["about"], now=clock.now())
    if letter is None:
        return
    headers = {**letter.headers, "Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(
        letter.subject, letter.body, to=[letter.to], headers=headers, connection=get_connection()
    )
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    mail.send()


def message_id(message: Message) -> str:
    """The same over all tries, so that mail programs show one mail where two arrived."""
    return f"<kam-{message.id}-{message.created_at:%Y%m%d%H%M%S}@{_domain()}>"


def _domain() -> str:
    """The domain that mail comes from."""
    return urlsplit(f"//{settings.DEFAULT_FROM_EMAIL.rstrip('>').rpartition('@')[2]}").hostname or "localhost"
