"""Write what happened, touchpoint by touchpoint, with whom and by whom."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import Contact
from kam.demo.ids import next_id
from kam.demo.stories import Event
from touchpoints.models import Channel, Touchpoint, TouchpointContact, TouchpointStaff, TouchpointType

LOGGED_AFTER = timedelta(minutes=35)


@dataclass(frozen=True)
class Known:
    """What the writer looks up: contacts, owner and executive sponsor of each account, types and channels by key."""

    contacts: dict[UUID, list[Contact]]
    owners: dict[UUID, UUID]
    sponsors: dict[UUID, UUID]
    types: dict[str, UUID]
    channels: dict[str, UUID]

    @classmethod
    def of(cls, contacts: dict[UUID, list[Contact]], owners: dict[UUID, UUID], sponsors: dict[UUID, UUID]) -> "Known":
        types = dict(TouchpointType.objects.values_list("key", "id"))
        return cls(contacts, owners, sponsors, types, dict(Channel.objects.values_list("key", "id")))


def write_touchpoints(random: Random, week: list[tuple[UUID, Event]], known: Known) -> None:
    rows, met = [], []
    staff: list[TouchpointStaff] = []
    for account_id, event in week:
        row = _touchpoint(random, account_id, event, known)
        link = {"account_id": account_id, "touchpoint": row}
        theirs = known.contacts[account_id]
        rows.append(row)
        met.append(TouchpointContact(contact=theirs[event.contact % len(theirs)], **link))
        ours = [known.owners[account_id]]
        if event.with_sponsor and account_id in known.sponsors:
            ours.append(known.sponsors[account_id])
        staff.extend(TouchpointStaff(user_id=user_id, **link) for user_id in ours)
    Touchpoint.objects.bulk_create(rows)
    TouchpointContact.objects.bulk_create(met)
    TouchpointStaff.objects.bulk_create(staff)


def _touchpoint(random: Random, account_id: UUID, event: Event, known: Known) -> Touchpoint:
    scene = event.scene
    return Touchpoint(
        id=next_id(random),
        account_id=account_id,
        type_id=known.types[scene.type],
        channel_id=known.channels[scene.channel],
        direction=scene.direction,
        initiative="indirect" if scene.direction == "inbound" else "direct",
        occurred_at=event.occurred_at,
        duration_minutes=random.choice((10, 20, 30, 45, 60)) if scene.direction == "two_way" else None,
        subject=scene.subject,
        notes=scene.notes,
        sentiment_start=event.sentiment_start,
        sentiment_end=event.sentiment_end,
        expectation=scene.expectation,
        next_step=scene.next_step,
        episode=event.episode,
        created_by_id=known.owners[account_id],
        created_at=event.occurred_at + LOGGED_AFTER,
        changed_at=event.occurred_at + LOGGED_AFTER,
        **_effort(random, event),
    )


def _effort(random: Random, event: Event) -> dict[str, Any]:
    """What a case by phone cost the customer: the worse it ended, the longer they waited."""
    if (event.scene.type, event.scene.channel) != ("support_case", "phone") or event.sentiment_end is None:
        return {}
    well = event.sentiment_end > 0
    return {
        "wait_minutes": random.randint(1, 6) if well else random.randint(15, 90),
        "handoffs": 0 if well else random.randint(1, 3),
        "resolved_first_contact": well,
    }
