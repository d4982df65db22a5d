"""What the import framework needs to know about touchpoints. `register_kinds()` is called from `ready()`."""

from django.utils.translation import gettext_lazy as _

from accounts.imports import accounts_made
from kam.exchange.registry import ImportKind, register


def register_kinds() -> None:
    from accounts.imports import first_days
    from touchpoints.imports.fields import FIELDS
    from touchpoints.imports.first_days import spread
    from touchpoints.imports.handler import TouchpointHandler
    from touchpoints.imports.ready import READY
    from touchpoints.imports.words import CHOICES, WORDS

    first_days.register(spread)
    register(
        ImportKind(
            key="touchpoints",
            label=_("Touchpoints"),
            fields=FIELDS,
            handler=TouchpointHandler(),
            defaults={"source": "import", "direction": "two_way"},
            example_header="Ticket,Client,Logged,Via,Kind,Title,Text,Agent",
            example_mapping={
                "external_id": "Ticket",
                "account": "Client",
                "occurred_at": {"column": "Logged", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Rome"},
                "channel": {"column": "Via", "values": {"Tel": "phone", "Mail": "email"}},
                "type": {"column": "Kind", "values": {"Incident": "support_case", "Call": "check_in"}},
                "subject": "Title",
                "notes": "Text",
                "staff": "Agent",
            },
            words=WORDS,
            choices=CHOICES,
            ready=READY,
            made=accounts_made,
        )
    )
