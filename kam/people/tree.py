"""The team tree as the settings show it: each team with its depth, its people, and what floors above count."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from kam.people.enums import MembershipRole
from kam.people.models import Membership, Team
from kam.people.principal import Principal


@dataclass(frozen=True)
class TeamCount:
    """Something teams have. `counts(principal, team_ids)` in one query; `address(team_id)` lists it."""

    label: str | Promise
    counts: Callable[[Principal, Sequence[UUID]], Mapping[UUID, int]]
    address: Callable[[UUID], str]


@dataclass(frozen=True)
class Row:
    """A team in its place; `leaders` are names; of each count: its label, the number and where they are listed."""

    team: Team
    depth: int
    leaders: list[str]
    people: int
    counts: list[tuple[str | Promise, int, str]]


_counts: list[TeamCount] = []


def register_team_count(count: TeamCount) -> None:
    """Have the list of teams show one more number."""
    _counts.append(count)


def team_counts() -> list[TeamCount]:
    return list(_counts)


def team_rows(principal: Principal) -> list[Row]:
    """Every team, parents before children, names in order; the same few queries for any number."""
    teams = list(Team.objects.order_by("name", "id"))
    leaders: dict[UUID, list[str]] = defaultdict(list)
    people: dict[UUID, int] = defaultdict(int)
    active = Membership.objects.filter(user__is_active=True).select_related("user").order_by("user__name", "id")
    for membership in active:
        people[membership.team_id] += 1
        if membership.role == MembershipRole.LEADER:
            leaders[membership.team_id].append(str(membership.user))
    found = [(kind, kind.counts(principal, [team.pk for team in teams])) for kind in _counts]
    return [
        Row(
            team,
            depth,
            leaders[team.pk],
            people[team.pk],
            [(kind.label, numbers.get(team.pk, 0), kind.address(team.pk)) for kind, numbers in found],
        )
        for depth, team in _walk(teams)
    ]


def _walk(teams: Sequence[Team]) -> Iterator[tuple[int, Team]]:
    below: dict[UUID | None, list[Team]] = defaultdict(list)
    for team in teams:
        below[team.parent_id].append(team)

    def under(parent_id: UUID | None, depth: int) -> Iterator[tuple[int, Team]]:
        for team in below[parent_id]:
            yield depth, team
            yield from under(team.pk, depth + 1)

    return under(None, 0)
