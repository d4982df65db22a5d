"""The SQL that counting, reading and repairing share: what one account adds, and how that adds up.

Parameters: %(now)s, and %(today)s, its day in the reporting zone.
"""

from collections.abc import Sequence

from accounts.criteria import PERIODS
from accounts.enums import CUSTOMER_LIFECYCLES
from accounts.models.rollup import NOBODY

CELL = ("owner_id", "team_id", "health_band", "currency")
ENTRY = (*CELL, "value", "health", "silent", *(f"moved_{days}" for days in PERIODS))

# What one entry e adds to its cell.
ADDS = {
    "n": "1",
    "value": "COALESCE(e.value, 0)",
    "valued": "COALESCE(e.value > 0, false)::int",
    "silent": "e.silent::int",
    "known": "(e.health IS NOT NULL)::int",
    "points": "COALESCE(e.health, 0)",
    "squares": "COALESCE(e.health::int * e.health, 0)",
} | {
    name: expression
    for days in PERIODS
    for name, expression in (
        (f"fell_{days}", f"COALESCE(e.moved_{days} < 0, false)::int"),
        (f"fell_value_{days}", f"CASE WHEN e.moved_{days} < 0 THEN COALESCE(e.value, 0) ELSE 0 END"),
    )
}


def entries(condition: str, periods: Sequence[int] = PERIODS) -> str:
    """What is counted, at %(now)s, of the customers among accounts a that meet `condition`.

    A move that is not one of `periods` is left unknown: looking up what was earlier is what takes time.
    """
    moved = "".join(
        f""", (a.health - (SELECT s.score FROM accounts_healthsnapshot s
              WHERE s.account_id = a.id AND s."on" <= %(today)s::date - {days} ORDER BY s."on" DESC LIMIT 1
             ))::smallint AS moved_{days}"""
        if days in periods
        else f", NULL::smallint AS moved_{days}"
        for days in PERIODS
    )
    return f"""
        SELECT a.id AS account_id, COALESCE(a.owner_id, '{NOBODY}') AS owner_id,
               COALESCE(a.team_id, '{NOBODY}') AS team_id, a.health_band, a.currency, a.account_revenue AS value,
               a.health, COALESCE(a.stale_at < %(now)s, false) AS silent{moved}
        FROM accounts_account a
        WHERE a.lifecycle IN ({", ".join(f"'{one.value}'" for one in CUSTOMER_LIFECYCLES)}) AND {condition}
    """


def added(sign: str = "1", names: Sequence[str] = tuple(ADDS)) -> str:
    """The columns of a cell as one entry e makes them up, times `sign`."""
    return ", ".join(f"{sign} * ({ADDS[name]}) AS {name}" for name in names)


def summed(names: Sequence[str] = tuple(ADDS)) -> str:
    """Money stays numeric, all else is a number to count with (sum of bigint is numeric, too)."""
    return ", ".join(f"sum({name}){'' if 'value' in name.split('_') else '::bigint'} AS {name}" for name in names)


# Accounts that time alone moved between when the rollup was last swept and %(now)s, whichever is earlier: those that
# went silent, and those whose health on one of the days looked back to is another one now. Some are named twice:
# PostgreSQL expects tens of thousands, and making room to tell them apart cost a page more than all else it reads.
_AS_OF = "COALESCE((SELECT as_of FROM accounts_rollupstate), %(now)s)"
_DAY = f"({_AS_OF} AT TIME ZONE %(zone)s)::date"
MOVED_BY_TIME = f"""
    SELECT a.id AS account_id FROM accounts_account a
    WHERE a.stale_at >= LEAST({_AS_OF}, %(now)s) AND a.stale_at < GREATEST({_AS_OF}, %(now)s)
    UNION ALL
    SELECT s.account_id FROM unnest(ARRAY{list(PERIODS)}) AS back(days) JOIN accounts_healthsnapshot s
      ON s."on" > LEAST({_DAY}, %(today)s::date) - back.days AND s."on" <= GREATEST({_DAY}, %(today)s::date) - back.days
"""

# Accounts whose entry may be wrong at %(now)s, some of them twice.
UNSWEPT = f"SELECT account_id FROM accounts_rollupmark UNION ALL {MOVED_BY_TIME}"
