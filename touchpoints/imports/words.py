"""What people call the fields of touchpoints, on our pages and in the files of others."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kam.exchange.registry import Word
from touchpoints.enums import Direction, Expectation, Initiative
from touchpoints.models import Channel, TouchpointType

WORDS = {
    "account": Word(
        _("Account"),
        (
            "account name",
            "company",
            "company name",
            "customer",
            "customer name",
            "client",
            "organization",
            "kunde",
            "firma",
        ),
    ),
    "type": Word(_("What it was"), ("kind", "category", "activity type", "touchpoint type", "art", "typ")),
    "channel": Word(_("Channel"), ("via", "medium", "kanal")),
    "occurred_at": Word(
        _("When it happened"),
        ("date", "datum", "logged", "activity date", "when", "timestamp", "start", "time", "start date"),
    ),
    "direction": Word(_("Direction"), ("inbound outbound", "in out")),
    "initiative": Word(_("Initiative")),
    "duration_minutes": Word(_("Duration in minutes"), ("duration", "minutes", "dauer")),
    "subject": Word(_("Subject"), ("title", "summary", "betreff", "titel", "topic")),
    "notes": Word(_("Notes"), ("text", "description", "comment", "comments", "body", "details", "notizen")),
    "sentiment_start": Word(_("Mood at the start (−2 to 2)"), ("mood before",)),
    "sentiment_end": Word(_("Mood at the end (−2 to 2)"), ("mood", "mood after", "sentiment")),
    "expectation": Word(_("Expectation"), ("expectations",)),
    "next_step": Word(_("Next step"), ("next steps", "follow up")),
    "episode": Word(_("Episode"), ("case", "case id", "thread", "deal", "opportunity")),
    "handoffs": Word(_("Handoffs"), ("hand offs", "transfers")),
    "wait_minutes": Word(_("Waited, in minutes"), ("waiting time", "wait")),
    "resolved_first_contact": Word(_("Solved at first contact"), ("first contact resolution", "fcr")),
    "contact": Word(_("Contact (email)"), ("contact email", "email", "mail")),
    "staff": Word(_("Colleague (email)"), ("agent", "owner", "assigned to", "staff email", "owner email")),
    "source": Word(_("Source"), ("system", "source system")),
    "external_id": Word(
        _("Its id there"), ("id", "no", "nr", "activity id", "record id", "ticket", "ticket id", "event id", "task id")
    ),
    "kam_id": Word(_("Its id in kam")),
}


def _labels(choices: Any) -> Callable[[], Mapping[str, str]]:
    return lambda: {str(value): str(label) for value, label in choices.choices if value}


CHOICES: dict[str, Callable[[], Mapping[str, str]]] = {
    "type": lambda: dict(TouchpointType.objects.order_by("position", "id").values_list("key", "name")),
    "channel": lambda: dict(Channel.objects.order_by("position", "id").values_list("key", "name")),
    "direction": _labels(Direction),
    "initiative": _labels(Initiative),
    "expectation": _labels(Expectation),
}
