"""Staffing: what a type of touchpoint requires against what people can do."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kam.people.models import UserSkill
from touchpoints.models import TouchpointType


@dataclass(frozen=True)
class Procedure:
    """How a type is done, and the required skills that none of the chosen colleagues has."""

    type: TouchpointType
    steps: list[str]
    lacking: list[str]


def procedure_of(touchpoint_type: TouchpointType, staff: Iterable[object]) -> Procedure:
    """`staff`: ids of colleagues as they came; what is no id is nobody. One query, two where skills are required."""
    steps = [line.strip() for line in touchpoint_type.procedure.splitlines() if line.strip()]
    return Procedure(touchpoint_type, steps, _lacking(touchpoint_type, [key for one in staff if (key := _id(one))]))


def _lacking(touchpoint_type: TouchpointType, staff: list[UUID]) -> list[str]:
    links = touchpoint_type.skill_links.order_by("skill__name", "skill_id")
    required = dict(links.values_list("skill_id", "skill__name"))
    if not required or not staff:
        return []
    held = UserSkill.objects.filter(user__in=staff, skill__in=required).values_list("skill_id", flat=True)
    return [name for skill_id, name in required.items() if skill_id not in set(held)]


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
