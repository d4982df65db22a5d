"""What filters and forms offer: only accounts the asker sees, and the owners, teams and segments of those."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.lookups import IsNull

from accounts.models import Account, AccountTag, Segment, Tag
from accounts.prepared import Prepared
from accounts.visibility import EqualsAny, is_any
from kam.core.folding import fold
from kam.people.models import Team, User
from kam.people.principal import Principal

FOUND = 20
Choice = tuple[str, str]


@dataclass(frozen=True)
class TeamNode:
    """A team in the tree; `seen`: it holds an account the asker sees."""

    id: UUID
    name: str
    parent_id: UUID | None
    seen: bool


Placed = tuple[int, TeamNode]  # a team and its depth in the tree


class TeamTree:
    """The team tree in memory: some dozens of rows, read once for choices, names and subtrees."""

    def __init__(self, nodes: list[TeamNode]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self._below: dict[UUID | None, list[TeamNode]] = defaultdict(list)
        for node in nodes:
            self._below[node.parent_id].append(node)

    def subtree(self, team_id: UUID) -> list[UUID]:
        """The team and everything below it."""
        return [team_id, *(found for child in self._below[team_id] for found in self.subtree(child.id))]

    def walk(self, parent_id: UUID | None = None, depth: int = 0) -> Iterator[Placed]:
        """Every team with its depth, parents before children, names in order."""
        for node in self._below[parent_id]:
            yield depth, node
            yield from self.walk(node.id, depth + 1)

    def offered(self, principal: Principal) -> list[Placed]:
        """Teams holding accounts the asker sees, and those above them that the asker sees whole."""
        whole = set(self.nodes) if principal.sees_everything else set(principal.team_ids)

        def holds(node: TeamNode) -> bool:
            return node.seen or (node.id in whole and any(self.nodes[below].seen for below in self.subtree(node.id)))

        return [(depth, node) for depth, node in self.walk() if holds(node)]


def team_tree(principal: Principal) -> TeamTree:
    return TeamTree([TeamNode(*row) for row in _TEAMS.rows(principal)])


def indented(teams: list[Placed]) -> list[Choice]:
    """The teams as choices, children set in below their parents."""
    least = min((depth for depth, _ in teams), default=0)
    return [(str(node.id), "\u2003" * (depth - least) + node.name) for depth, node in teams]


def names_offered(principal: Principal) -> tuple[TeamTree, dict[str, list[Choice]]]:
    """The tree of teams; owners, segments and tags of the accounts that `principal` sees, by name. One query."""
    nodes: list[TeamNode] = []
    offered: dict[str, list[Choice]] = {"owner": [], "segment": [], "tag": []}
    for kind, name, key, parent_id, seen in sorted(_NAMES.rows(principal)):
        if kind == "team":
            nodes.append(TeamNode(key, name, parent_id, seen))
        else:
            offered[kind].append((str(key), name))
    return TeamTree(nodes), offered


def accounts_named(principal: Principal, words: str = "") -> QuerySet[Account]:
    """Visible accounts whose name holds `words`, those beginning with them first; without words one's own first."""
    seen = Account.objects.visible_to(principal).select_related("owner")
    if not words:
        mine = When(owner_id=principal.user_id, then=Value(0))
        first = Q(_among_first(seen)) | Q(_among_first(seen.filter(owner_id=principal.user_id)))
        return seen.filter(first).annotate(rank=_rank(mine)).order_by("rank", "name_sort", "id")[:FOUND]
    folded = fold(words)
    begins = When(name_sort__startswith=folded, then=Value(0))
    found = seen.filter(name_sort__contains=folded)
    return found.annotate(rank=_rank(begins)).order_by("rank", "name_sort", "id")[:FOUND]


def _teams(principal: Principal) -> QuerySet[Team, Any]:
    return _trees(principal).order_by("name", "id").values_list("id", "name", "parent_id", "seen")


def _trees(principal: Principal) -> QuerySet[Any, Any]:
    return Team.objects.annotate(seen=ExpressionWrapper(_holds_seen(principal), output_field=BooleanField()))


def _holds_seen(principal: Principal) -> Q:
    """Teams with an account that `principal` sees: in those seen whole any will do, others are named by one's own.

    (Measured at 100,000 accounts for a leader of 14,000: 12 ms for the teams that all of them name, 2 ms like this. No
    EXISTS: where a leader sees 80,000, PostgreSQL would make a table of all of them first, 80 ms.)
    """
    seen = Account.objects.visible_to(principal)
    if principal.sees_everything or not principal.team_ids:
        return _named_by(seen, "team_id", principal)
    whole = is_any("id", principal.team_ids)
    own = _named_by(Account.objects.visible_to(principal.own_view), "team_id", principal)
    first = Subquery(seen.filter(team_id=OuterRef("pk")).order_by().values("id")[:1])
    return Q(whole) & Q(IsNull(first, False)) | own


def _names(principal: Principal) -> QuerySet[Team, Any]:
    seen = Account.objects.visible_to(principal)
    tied = AccountTag.objects.visible_to(principal)
    named = {
        "owner": User.objects.filter(_named_by(seen, "owner_id", principal)),
        "segment": Segment.objects.filter(_named_by(seen, "segment_id", principal)),
        "tag": Tag.objects.filter(_named_by(tied, "tag_id", principal)),
    }
    no_team = (Value(None, output_field=UUIDField()), Value(None, output_field=BooleanField()))
    others = [rows.values_list(Value(kind), "name", "id", *no_team) for kind, rows in named.items()]
    return _trees(principal).values_list(Value("team"), "name", "id", "parent_id", "seen").union(*others, all=True)


def _named_by(rows: QuerySet[Any], column: str, principal: Principal) -> Q:
    """Those whose id is in `column` of `rows`: for who sees everything a look into an index for each, else a list once.

    (Measured at 100,000 accounts for a leader: looking for each took 20 times as long as the list.)
    """
    if principal.sees_everything:
        return Q(Exists(rows.filter(**{column: OuterRef("pk")})))
    named = rows.filter(**{f"{column}__isnull": False}).order_by().values(column).distinct()
    return Q(EqualsAny(F("id"), ArraySubquery(named)))


def _among_first(seen: QuerySet[Account]) -> EqualsAny:
    """Found by the index of names; ordering all of them by rank would sort a hundred thousand."""
    return EqualsAny(F("id"), ArraySubquery(seen.order_by("name_sort", "id").values("pk")[:FOUND]))


def _rank(first: When) -> Case:
    return Case(first, default=Value(1), output_field=IntegerField())


_TEAMS, _NAMES = Prepared(_teams), Prepared(_names)
