"""The SQL of health: which accounts, what they read, what is written where it changed.

Every statement starts with a CTE `health_scope(account_id)`, so a signal's text is the same for one
account and for twenty thousand.
"""

from collections.abc import Sequence

from accounts.health.caps import cap_sql
from accounts.health.registry import Signal
from accounts.health.scoring import READING_DIGITS, scored_sql

# A handful of accounts, given as %(ids)s: no table, no analysis.
FEW = "WITH health_scope(account_id) AS (SELECT unnest(%(ids)s::uuid[]))"

# Many accounts: the planner needs to know how many, so the ids lie in an analysed temporary table.
MANY = "WITH health_scope AS NOT MATERIALIZED (SELECT account_id FROM health_scope_ids)"
# Everybody in one statement, each table read once: for a database that nobody waits for.
EVERYBODY = "WITH health_scope(account_id) AS NOT MATERIALIZED (SELECT id FROM accounts_account)"
CREATE_IDS = "CREATE TEMPORARY TABLE health_scope_ids (account_id uuid PRIMARY KEY) ON COMMIT DROP"
FILL_IDS = "INSERT INTO health_scope_ids SELECT unnest(%(ids)s::uuid[])"
ANALYSE_IDS = "ANALYZE health_scope_ids"
DROP_IDS = "DROP TABLE health_scope_ids"

IDS_OF_SPAN = """
    SELECT id FROM accounts_account
    WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid) AND (%(until)s::uuid IS NULL OR id <= %(until)s::uuid)
"""

# Every n-th id in order: where one chunk ends and the next begins.
CHUNK_ENDS = """
    SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_account) numbered
    WHERE n %% %(size)s = 0 ORDER BY id
"""

LOCK = """
    SELECT count(*) FROM (
        SELECT 1 FROM accounts_account a JOIN health_scope h ON h.account_id = a.id
        ORDER BY a.id FOR NO KEY UPDATE OF a
    ) locked
"""

_RESULT = "score, band, capped_by, readings, weights, weight_present"


def weighed(signals: Sequence[Signal]) -> str:
    """A CTE `weighed(account_id, cap, r0, w0, r1, w1 …)`: reading (null: no evidence) and weight per signal.

    Weights are those of the tier's profile, else of the profile without a tier; a signal that the
    profile does not name weighs its default.
    """
    columns = "".join(
        f", round(s{n}.reading::numeric, {READING_DIGITS})::float8 AS r{n}"
        f", COALESCE((COALESCE(own.weights, dflt.weights) ->> '{signal.key}')::float8,"
        f" {float(signal.default_weight)!r}::float8) AS w{n}"
        for n, signal in enumerate(signals)
    )
    joins = "".join(
        f" LEFT JOIN ({signal.reading_sql}) s{n} ON s{n}.account_id = h.account_id" for n, signal in enumerate(signals)
    )
    return f"""weighed AS MATERIALIZED (
        SELECT h.account_id, {cap_sql()} AS cap{columns}
        FROM health_scope h
        JOIN accounts_account a ON a.id = h.account_id
        LEFT JOIN accounts_healthprofile own ON own.tier = a.tier
        LEFT JOIN accounts_healthprofile dflt ON dflt.tier = ''
        {joins}
    )"""


def store_results(scope: str, signals: Sequence[Signal]) -> str:
    """Write the results that changed and count them.

    %(restamp)s moves `as_of` of an unchanged result, too; without %(overrule)s a result of a later
    instant stays.
    """
    was = ", ".join(f"old.{name.strip()}" for name in _RESULT.split(","))
    new = ", ".join(f"new.{name.strip()}" for name in _RESULT.split(","))
    stored = ", ".join(f"r.{name.strip()}" for name in _RESULT.split(","))
    excluded = ", ".join(f"EXCLUDED.{name.strip()}" for name in _RESULT.split(","))
    return f"""
        {scope}, {weighed(signals)}, stored AS (
            INSERT INTO accounts_healthresult AS r (account_id, {_RESULT}, as_of)
            SELECT account_id, {_RESULT}, %(as_of)s FROM ({scored_sql([signal.key for signal in signals])}) scored
            ON CONFLICT (account_id) DO UPDATE SET ({_RESULT}, as_of) = ROW({excluded}, EXCLUDED.as_of)
            WHERE (%(overrule)s OR r.as_of <= EXCLUDED.as_of)
              AND (({stored}) IS DISTINCT FROM ({excluded}) OR %(restamp)s AND r.as_of <> EXCLUDED.as_of)
            RETURNING old.account_id IS NULL OR ({was}) IS DISTINCT FROM ({new}) AS changed
        )
        SELECT count(*) FILTER (WHERE changed) FROM stored
    """


# Health is part of the pulse: never `version`; `changed_at` never moves back.
SHOW_ON_ACCOUNTS = """
    UPDATE accounts_account a
    SET health = r.score, health_band = r.band, changed_at = GREATEST(a.changed_at, r.as_of)
    FROM health_scope h JOIN accounts_healthresult r ON r.account_id = h.account_id
    WHERE a.id = h.account_id AND (a.health, a.health_band) IS DISTINCT FROM (r.score, r.band)
"""

ADD_SNAPSHOTS = """
    INSERT INTO accounts_healthsnapshot AS s (account_id, "on", score, band, weight_present, readings)
    SELECT r.account_id, d."on", r.score, r.band, r.weight_present, r.readings
    FROM health_scope h
    JOIN accounts_healthresult r ON r.account_id = h.account_id
    CROSS JOIN LATERAL (SELECT (r.as_of AT TIME ZONE %(zone)s)::date AS "on") d
    LEFT JOIN LATERAL (
        SELECT p.score, p.band, p.weight_present FROM accounts_healthsnapshot p
        WHERE p.account_id = r.account_id AND p."on" <= d."on" ORDER BY p."on" DESC LIMIT 1
    ) p ON true
    WHERE p.band IS NULL OR (p.score, p.band, p.weight_present) IS DISTINCT FROM (r.score, r.band, r.weight_present)
    ON CONFLICT (account_id, "on") DO UPDATE
    SET (score, band, weight_present, readings)
        = ROW(EXCLUDED.score, EXCLUDED.band, EXCLUDED.weight_present, EXCLUDED.readings)
"""
