"""Channels and types that lines name, by key or name, whatever the case."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db.models import Max

from kam.exchange.records import Context, Record, open_records
from touchpoints.enums import Initiative, Phase, Purpose
from touchpoints.models import Channel, TouchpointType
from touchpoints.services.catalogue import key_for

Entry = TypeVar("Entry", Channel, TouchpointType)


def resolve_catalogue(records: Sequence[Record], context: Context) -> None:
    """Put channel and type in place of their texts; unknown types are created where that was asked for."""
    rows = open_records(records)
    channels = _by_key_and_name(Channel.objects.all())
    types = _by_key_and_name(TouchpointType.objects.all())
    unknown = {row["type"].casefold(): row["type"] for row in rows if row["type"].casefold() not in types}
    if unknown and context.create_types:
        types = _create_types(unknown.values())
    for row in rows:
        channel, type_ = channels.get(row["channel"].casefold()), types.get(row["type"].casefold())
        if channel is None:
            row.reject("unknown_channel", f"There is no channel “{row['channel']}”.", name="channel")
        elif type_ is None:
            row.reject("unknown_type", f"There is no touchpoint type “{row['type']}”.", name="type")
        else:
            row.values |= {"channel": channel, "type": type_}


def _by_key_and_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The key wins where a name of one is the key of another."""
    found = list(entries)
    return {entry.name.casefold(): entry for entry in found} | {entry.key.casefold(): entry for entry in found}


def _create_types(names: Iterable[str]) -> dict[str, TouchpointType]:
    """Kinds of which nothing is known yet: they count as operational contact, steered by us."""
    last = TouchpointType.objects.aggregate(last=Max("position"))["last"] or 0
    TouchpointType.objects.bulk_create(
        [
            TouchpointType(
                key=key_for(name),
                name=name,
                phase=Phase.AFTER,
                default_initiative=Initiative.DIRECT,
                counts_for=[Purpose.OPERATIONAL.value],
                position=position,
            )
            for position, name in enumerate(names, last + 1)
        ],
        ignore_conflicts=True,
    )
    return _by_key_and_name(TouchpointType.objects.all())
