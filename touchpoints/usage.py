"""The catalogue as its settings pages show it: every entry with how often it was used."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from kam.core.errors import NotVisible
from kam.people.principal import Principal
from touchpoints.enums import Phase, Purpose
from touchpoints.models import Channel, Reach, Touchpoint, TouchpointType, TypeGroup


@dataclass(frozen=True)
class Used:
    """A catalogue entry and the number of touchpoints that bear it."""

    entry: Any
    times: int
    counted: str = ""


@dataclass(frozen=True)
class PhaseTypes:
    phase: Phase
    types: list[Used]


def types_by_phase(principal: Principal, *, group: TypeGroup | None = None) -> list[PhaseTypes]:
    """All types in their order, retired ones included; of one group alone where it is given. Three queries."""
    times = _times(principal, "type_id")
    found: QuerySet[TouchpointType] = TouchpointType.objects.prefetch_related("groups").order_by("position", "id")
    if group is not None:
        found = found.filter(group_links__group=group)
    types = [Used(one, times.get(one.pk, 0), counted_words(one)) for one in found]
    grouped = [PhaseTypes(phase, [used for used in types if used.entry.phase == phase]) for phase in Phase]
    return [phase for phase in grouped if phase.types]


def counted_words(touchpoint_type: TouchpointType) -> str:
    """The purposes it counts for, in the order of the purposes."""
    return ", ".join(str(purpose.label) for purpose in Purpose if purpose in touchpoint_type.counts_for)


def channels_in_use(principal: Principal) -> list[Used]:
    """All channels in their order, retired ones included. Two queries."""
    times = _times(principal, "channel_id")
    return [Used(one, times.get(one.pk, 0)) for one in Channel.objects.order_by("position", "id")]


def is_used(principal: Principal, entry: Channel | TouchpointType) -> bool:
    """Whether anything was logged with it, reach without an account included."""
    bearing = {"type" if isinstance(entry, TouchpointType) else "channel": entry}
    logged = Touchpoint.objects.visible_to(principal).filter(**bearing)
    return logged.exists() or Reach.objects.filter(**bearing).exists()


def _times(principal: Principal, column: str) -> dict[UUID, int]:
    rows = Touchpoint.objects.visible_to(principal).order_by().values_list(column)
    return dict(rows.annotate(times=Count("id")))


def groups() -> QuerySet[TypeGroup]:
    return TypeGroup.objects.order_by("name", "id")


def get_type(type_id: UUID) -> TouchpointType:
    return _get(TouchpointType.objects.all(), type_id)


def get_channel(channel_id: UUID) -> Channel:
    return _get(Channel.objects.all(), channel_id)


def _get(found: QuerySet[Any], pk: UUID) -> Any:
    row = found.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row
