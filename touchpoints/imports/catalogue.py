"""Channels and types that lines name, by key or name, whatever the case."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db.models import Max
from django.utils.translation import gettext as _

from kam.exchange.records import Context, Record, parted_records
from touchpoints.enums import Initiative, Phase, Purpose
from touchpoints.models import Channel, TouchpointType
from touchpoints.services.catalogue import key_for

Entry = TypeVar("Entry", Channel, TouchpointType)


def resolve_catalogue(records: Sequence[Record], context: Context) -> None:
    """Put channel and type in place of their texts; unknown types are created where that was asked for."""
    rows = parted_records(records)
    channels = _by_key_and_name(Channel.objects.all())
    types = _by_key_and_name(TouchpointType.objects.all())
    asked = {row["type"].casefold(): row["type"] for row in rows if row.outcome is None}
    unknown = {key: name for key, name in asked.items() if key not in types}
    if unknown and context.create_types:
        types = _create_types(unknown.values())
    for row in rows:
        channel, type_ = channels.get(row["channel"].casefold()), types.get(row["type"].casefold())
        if channel is None and row["channel"]:
            said = _("There is no channel “%(name)s”.") % {"name": row["channel"]}
            row.reject("unknown_channel", said, name="channel")
        if type_ is None and row["type"] and not context.create_types:
            row.reject(
                "unknown_type", _("There is no touchpoint type “%(name)s”.") % {"name": row["type"]}, name="type"
            )
        if row.outcome is None:
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
