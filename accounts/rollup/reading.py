"""The rollup as one person sees it, exact at this moment; one query.

Cells of what the person sees by owner and team, less what is counted there of accounts not swept yet, plus those
accounts as they are now. Accounts seen only as a member of their account team are in no such cell: they are added
as they are, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts.models import Account, RollupCell, RollupEntry
from accounts.models.rollup import NOBODY
from accounts.prepared import PreparedText
from accounts.rollup.sql import CELL, UNSWEPT, added, entries, summed
from accounts.rollup.sweeping import times
from accounts.sql import named_rows_sql
from accounts.visibility import accounts_seen_as_member_only, is_any, seen_as_member_only, visible_cells
from kam.people.principal import Principal

Cell = dict[str, Any]
REST = UUID(int=1)  # stands for the owners past those asked for
MOST_ANEW = 500
_SUMS = ("n", "value", "valued", "silent", "known", "points", "squares")

# Owners come by value in our currency, then by number of accounts, then by name. Ids are told with the first row
# only: parsed with every row they took longer than all else.
READ = """
    WITH unswept AS MATERIALIZED ({unswept}),
    loose AS MATERIALIZED ({loose}),
    e AS MATERIALIZED ({live}),
    wrong AS MATERIALIZED (
        SELECT * FROM ({counted}) e WHERE e.account_id = ANY(ARRAY(SELECT account_id FROM unswept))
    ), merged AS (
        SELECT {cell}, {columns} FROM ({cells}) cells
        UNION ALL SELECT {cell}, {less} FROM wrong e
        UNION ALL SELECT {cell}, {more} FROM e
    ), cell AS MATERIALIZED (SELECT {cell}, {sums} FROM merged GROUP BY {cell} HAVING sum(n) <> 0),
    owner AS (
        SELECT c.owner_id, COALESCE(u.name, '') AS name, row_number() OVER (ORDER BY
                   COALESCE(sum(c.value) FILTER (WHERE c.currency = %(ours)s), 0) DESC, sum(c.n) DESC,
                   COALESCE(u.name, ''), c.owner_id) AS place
        FROM cell c LEFT JOIN people_user u ON u.id = c.owner_id GROUP BY c.owner_id, u.name
    ), placed AS (
        SELECT c.*, CASE WHEN o.place <= %(owners)s THEN c.owner_id ELSE '{rest}' END AS shown,
               CASE WHEN o.place <= %(owners)s THEN o.name ELSE '' END AS name
        FROM cell c JOIN owner o USING (owner_id)
    )
    SELECT GROUPING(team_id) = 0, shown, name, team_id, health_band, currency,
           (SELECT count(*) FROM owner), (SELECT count(*) FROM wrong), EXISTS (SELECT 1 FROM loose),
           CASE WHEN row_number() OVER () = 1 THEN ARRAY(
               SELECT account_id FROM e WHERE account_id NOT IN (SELECT id FROM loose) LIMIT {most} + 1
           ) END, (
               SELECT array_agg(DISTINCT c.owner_id) FROM cell c WHERE NOT EXISTS (
                   SELECT 1 FROM accounts_rollupyear y WHERE (y.owner_id, y.team_id) = (c.owner_id, c.team_id))
           ), {sums}
    FROM placed GROUP BY GROUPING SETS ((team_id, health_band, currency), (shown, name, health_band, currency))
"""


@dataclass(frozen=True)
class Scope:
    """What is asked for: what `principal` sees, of `teams` or (None) of all."""

    principal: Principal
    teams: Sequence[UUID] | None = None

    @property
    def narrowed(self) -> Q:
        """A list of them is one value, as a statement written once needs it."""
        if self.teams is None:
            return Q()
        return Q(is_any("team_id", self.teams))

    @property
    def within(self) -> list[UUID] | None:
        return None if self.teams is None else list(self.teams)

    @property
    def cells(self) -> Q:
        """For rows of the rollup."""
        return visible_cells(self.principal) & self.narrowed

    @property
    def loose(self) -> Q:
        """For accounts that are in none of those rows."""
        return seen_as_member_only(self.principal) & self.narrowed


@dataclass(frozen=True)
class Cells:
    """By team and by owner, each time all that is seen; owners past the first ones are one, REST, `rest` in number.

    `wrong` entries were not swept since something changed; `anew` are customers seen whose entries may be missing
    or wrong, `has_loose`: there are others that have none (see Scope.loose). `yearless`: owners of whom some accounts
    are in no row of RollupYear yet.
    """

    by_team: list[Cell]
    by_owner: list[Cell]
    rest: int = 0
    wrong: int = 0
    anew: Sequence[UUID] = ()
    has_loose: bool = False
    yearless: Sequence[UUID] = ()

    @property
    def is_far_behind(self) -> bool:
        """More changed than is worth looking at one by one."""
        return max(self.wrong, len(self.anew)) > MOST_ANEW


def read_cells(scope: Scope, *, days: int, owners: int, now: datetime) -> Cells:
    """Counted by band and currency; `fell` over `days`, one of criteria.PERIODS."""
    text, parameters = _WRITTEN.filled(scope.principal, days, within=scope.within)
    with connection.cursor() as cursor:
        cursor.execute(text, {**parameters, **times(now), "ours": settings.REPORTING_CURRENCY, "owners": owners})
        found = cursor.fetchall()
    if not found:
        return Cells([], [])
    everybody, wrong, has_loose, anew, yearless = found[0][6:11]
    by_team, by_owner = [], []
    for is_team, owner_id, name, team_id, band, currency, *rest in found:
        cell: Cell = dict(zip((*_SUMS, "fell", "fell_value"), rest[5:], strict=True))
        cell |= {"health_band": band, "currency": currency}
        if is_team:
            by_team.append(cell | {"team_id": someone(team_id)})
        else:
            by_owner.append(cell | {"owner_id": someone(owner_id), "owner__name": name})
    return Cells(by_team, by_owner, max(0, everybody - owners), wrong, anew, has_loose, yearless or ())


def someone(key: UUID | None) -> UUID | None:
    """An owner or team as accounts name it."""
    return None if key == NOBODY else key


def _statement(principal: Principal, days: int, *, within: list[UUID] | None) -> tuple[str, dict[str, Any]]:
    scope = Scope(principal, within)
    names = (*_SUMS, f"fell_{days}", f"fell_value_{days}")
    cells, of_cells = named_rows_sql("cells", RollupCell.objects.filter(scope.cells), *CELL, *names)
    counted, of_counted = named_rows_sql(
        "counted", RollupEntry.objects.filter(scope.cells), "account_id", *CELL, "value", "health", "silent",
        f"moved_{days}",
    )  # fmt: skip
    seen, of_seen = named_rows_sql("seen", Account.objects.visible_to(scope.principal).filter(scope.narrowed), "id")
    outside = accounts_seen_as_member_only(scope.principal).filter(scope.narrowed)
    loose, of_loose = named_rows_sql("loose", outside, "id")
    anew = f"""a.id IN (SELECT seen.id FROM ({seen}) seen
        WHERE seen.id = ANY(ARRAY(SELECT account_id FROM unswept UNION ALL SELECT id FROM loose)))"""
    text = READ.format(
        unswept=UNSWEPT, live=entries(anew, [days]), cells=cells, counted=counted, loose=loose, rest=REST,
        most=MOST_ANEW, cell=", ".join(CELL), columns=", ".join(names), sums=summed(names),
        more=added("1", names), less=added("-1", names),
    )  # fmt: skip
    return text, of_cells | of_counted | of_seen | of_loose


WITHIN = [UUID(int=4)]  # holds the place of the teams asked for
_WRITTEN = PreparedText(_statement, within=WITHIN)
