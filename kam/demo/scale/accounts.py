"""Accounts with their contacts, account teams, external ids and lifecycle events, in one statement each."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from kam.core.folding import fold
from kam.demo import companies
from kam.demo import people as cast
from kam.demo.scale.people import Seat, cities

TABLES = (
    "accounts_account",
    "accounts_contact",
    "accounts_accountmember",
    "accounts_externalid",
    "accounts_lifecycleevent",
)

SEATS = """
    CREATE TEMPORARY TABLE demo_seat ON COMMIT DROP AS
    SELECT row_number() OVER () - 1 AS seat, * FROM unnest(
        %(owners)s::uuid[], %(teams)s::uuid[], %(leaders)s::uuid[], %(mates)s::uuid[], %(countries)s::text[]
    ) AS s(owner_id, team_id, leader_id, mate_id, country)
"""

# Number 1 has the most touchpoints and is the biggest. A stride without a common factor deals the names out, so that
# neighbours in size are no neighbours in the list.
DRAWN = """
    CREATE TEMPORARY TABLE demo_drawn ON COMMIT DROP AS
    SELECT n, s.*, (n * 2654435761 + 7) %% %(accounts)s AS named,
           CASE WHEN n <= %(accounts)s * 0.05 THEN 'A' WHEN n <= %(accounts)s * 0.2 THEN 'B'
                WHEN n <= %(accounts)s * 0.5 THEN 'C' ELSE 'D' END AS size,
           CASE WHEN n <= %(accounts)s * 0.02 OR pg_temp.chance(n, 1) > 0.14 THEN 'active'
                WHEN pg_temp.chance(n, 1) > 0.09 THEN 'prospect'
                WHEN pg_temp.chance(n, 1) > 0.05 THEN 'onboarding' ELSE 'lost' END AS lifecycle
    FROM generate_series(1::bigint, %(accounts)s) n
    JOIN demo_seat s ON s.seat = (n + %(managers)s / 2) %% %(managers)s
"""

# from_at … until_at: when there may have been contact; tone leans how it went.
ACCOUNTS = """
    CREATE TEMPORARY TABLE demo_account ON COMMIT DROP AS
    SELECT d.*, pg_temp.key(created_at, n, 'account') AS id,
           CASE lifecycle WHEN 'prospect' THEN '' ELSE size END AS tier,
           CASE size WHEN 'A' THEN 5 WHEN 'B' THEN 4 WHEN 'C' THEN 3 ELSE 2 END AS people,
           GREATEST(created_at, %(on)s - interval '540 days') AS from_at,
           CASE lifecycle WHEN 'lost' THEN %(on)s - interval '1 day' * (60 + floor(240 * pg_temp.chance(n, 3)))
                ELSE %(on)s END AS until_at,
           CASE WHEN pg_temp.chance(n, 4) < 0.12 THEN -0.4 WHEN pg_temp.chance(n, 4) > 0.75 THEN 0.25 ELSE 0.05
                END AS tone,
           named %% %(stems)s AS stem, named / %(stems)s %% %(words)s AS word,
           named / (%(stems)s * %(words)s) %% (%(cities)s + 1) AS city,
           named / (%(stems)s * %(words)s) / (%(cities)s + 1) AS pair
    FROM (
        SELECT *, CASE WHEN since_on IS NULL THEN %(on)s - interval '90 days' ELSE since_on + interval '6 hours'
                       END AS created_at
        FROM (
            SELECT *, CASE lifecycle WHEN 'prospect' THEN NULL
                WHEN 'onboarding' THEN (%(on)s - interval '1 day' * (20 + floor(60 * pg_temp.chance(n, 2))))::date
                ELSE (%(on)s - interval '1 day' * (560 + floor(2640 * pg_temp.chance(n, 2))))::date END AS since_on
            FROM demo_drawn
        ) dated
    ) d
"""


def _name(which: str) -> str:
    """Stem, word and from some size on city and second stem; `which` is names or folded."""
    return f"""(%({which}_stems)s::text[])[1 + stem]
        || CASE pair WHEN 0 THEN '' ELSE '-' || (%({which}_stems)s::text[])[1 + (stem + pair) %% %(stems)s] END
        || ' ' || (%({which}_words)s::text[])[1 + word]
        || CASE city WHEN 0 THEN '' ELSE ' ' || (%({which}_cities)s::text[])[city] END"""


# Revenue by tier, small ones more often than big ones.
_LOW = "CASE size WHEN 'A' THEN 600000 WHEN 'B' THEN 180000 WHEN 'C' THEN 40000 ELSE 5000 END"
_SPAN = "CASE size WHEN 'A' THEN 1800000 WHEN 'B' THEN 420000 WHEN 'C' THEN 140000 ELSE 35000 END"
WRITE_ACCOUNTS = f"""
    INSERT INTO accounts_account (
        id, name, name_sort, owner_id, team_id, segment_id, tier, lifecycle, customer_since, renewal_on, industry,
        country, website, employees, company_revenue, account_revenue, currency, acquired_via, health_band,
        created_at, created_by_id, changed_at)
    SELECT id, name, name_sort, owner_id, team_id,
           (%(segments)s::uuid[])[CASE WHEN sector = 'Public sector' THEN 3 WHEN size IN ('A', 'B') THEN 1 ELSE 2 END],
           tier, lifecycle, since_on,
           CASE lifecycle WHEN 'active' THEN %(on)s::date + (10 + floor(350 * pg_temp.chance(n, 10)))::integer END,
           sector, country, 'https://' || replace(name_sort, ' ', '-') || '.example',
           exp(CASE WHEN size IN ('A', 'B') THEN 6.2 ELSE 4.8 END + 2 * pg_temp.chance(n, 11) - 1)::integer,
           revenue * (20 + floor(200 * pg_temp.chance(n, 12)))::numeric,
           CASE lifecycle WHEN 'prospect' THEN NULL ELSE revenue END,
           'EUR', (%(acquired_via)s::text[])[1 + floor(6 * pg_temp.chance(n, 13))::integer], 'unknown',
           created_at, owner_id, created_at
    FROM (
        SELECT *, {_name("names")} AS name, {_name("folded")} AS name_sort, (%(sectors)s::text[])[1 + word] AS sector,
               round(({_LOW} + {_SPAN} * pg_temp.chance(n, 14) * pg_temp.chance(n, 15))::numeric, -2) AS revenue
        FROM demo_account
    ) a
    ORDER BY id
"""
WRITE_EXTERNAL_IDS = """
    INSERT INTO accounts_externalid (account_id, source, external_id)
    SELECT id, 'crm', 'A-' || lpad(n::text, 8, '0') FROM demo_account WHERE pg_temp.chance(n, 16) < 0.4 ORDER BY id
"""
WRITE_LIFECYCLE = """
    INSERT INTO accounts_lifecycleevent (account_id, kind, occurred_on, assumed, created_at, created_by_id)
    SELECT id, 'won', since_on, false, created_at, owner_id FROM demo_account WHERE since_on IS NOT NULL
    UNION ALL
    SELECT id, 'lost', until_at::date, false, until_at, owner_id FROM demo_account WHERE lifecycle = 'lost'
"""
# As in the small demo company: tier A has the region's leader as sponsor, every fourth big one a colleague.
WRITE_TEAMS = """
    INSERT INTO accounts_accountmember (account_id, user_id, role, created_at, created_by_id)
    SELECT id, leader_id, 'executive_sponsor', created_at, owner_id FROM demo_account WHERE tier = 'A'
    UNION ALL
    SELECT id, mate_id, (ARRAY['technical', 'service', 'finance'])[1 + n %% 3], created_at, owner_id
    FROM demo_account WHERE tier IN ('A', 'B') AND pg_temp.chance(n, 17) < 0.25
"""

# Number of a contact: eight to an account are more than any has.
WRITE_CONTACTS = """
    INSERT INTO accounts_contact (
        id, account_id, first_name, last_name, name_sort, job_title, email, phone, relation, buying_roles, stance,
        influence, communication_style, source, external_id, created_at, created_by_id, changed_at)
    SELECT pg_temp.key(created_at, p, 'contact'), id, (%(firsts)s::text[])[first], (%(lasts)s::text[])[last],
           (%(folded_lasts)s::text[])[last] || ' ' || (%(folded_firsts)s::text[])[first], r.job_title,
           (%(folded_firsts)s::text[])[first] || '.' || (%(folded_lasts)s::text[])[last] || '@' || p || '.example',
           '+00 ' || 100 + floor(900 * pg_temp.chance(p, 32)) || ' ' || 1000 + floor(9000 * pg_temp.chance(p, 33)),
           'customer', ARRAY(SELECT jsonb_array_elements_text(r.buying_roles)),
           (ARRAY[-1, 0, 1, 1, 2])[1 + floor(5 * pg_temp.chance(p, 34))::integer], r.influence, r.style,
           CASE WHEN known THEN 'crm' ELSE '' END, CASE WHEN known THEN 'P-' || lpad(p::text, 9, '0') ELSE '' END,
           created_at, owner_id, created_at
    FROM (
        SELECT a.*, n * 8 + k AS p, pg_temp.chance(n * 8 + k, 35) < 0.25 AS known,
               1 + floor(%(all_firsts)s * pg_temp.chance(n * 8 + k, 30))::integer AS first,
               1 + floor(%(all_lasts)s * pg_temp.chance(n * 8 + k, 31))::integer AS last,
               (n + 3 * k) %% %(roles_known)s + 1 AS part
        FROM demo_account a CROSS JOIN LATERAL generate_series(0, people - 1) k
    ) c
    JOIN jsonb_to_recordset(%(roles)s) AS r(part int, job_title text, buying_roles jsonb, influence int, style text)
      USING (part)
"""


def write_accounts(seats: Sequence[Seat], segments: Sequence[Any], *, accounts: int, on: date) -> None:
    """`accounts` accounts dealt out to the seats in turn, with everything that belongs to them but touchpoints.

    Leaves a temporary table demo_account, from which touchpoints are drawn.
    """
    words = [(word, sector) for sector, found in companies.SECTORS.items() for word in found]
    listed = {"stems": companies.STEMS, "words": [word for word, _ in words], "cities": cities()}
    parameters: dict[str, Any] = {
        "accounts": accounts, "managers": len(seats), "on": on, "segments": [one.pk for one in segments],
        "sectors": [sector for _, sector in words], "acquired_via": list(companies.ACQUIRED_VIA),
        **{what: len(found) for what, found in listed.items()},
        **{f"names_{what}": list(found) for what, found in listed.items()},
        **{f"folded_{what}": [fold(one) for one in found] for what, found in listed.items()},
    }  # fmt: skip
    _run(SEATS, {
        "owners": [seat.owner for seat in seats], "teams": [seat.team for seat in seats],
        "leaders": [seat.leader for seat in seats], "mates": [seat.mate for seat in seats],
        "countries": [seat.country for seat in seats],
    })  # fmt: skip
    for statement in (DRAWN, ACCOUNTS, "ANALYZE demo_account"):
        _run(statement, parameters)
    for statement in (WRITE_ACCOUNTS, WRITE_EXTERNAL_IDS, WRITE_LIFECYCLE, WRITE_TEAMS):
        _run(statement, parameters)
    _run(WRITE_CONTACTS, _contact_words())


def _contact_words() -> dict[str, Any]:
    roles = [
        {"part": part, "job_title": title, "buying_roles": buying, "influence": influence, "style": style}
        for part, (title, buying, influence, style) in enumerate(cast.CONTACT_ROLES, start=1)
    ]
    return {
        "firsts": cast.FIRST_NAMES, "folded_firsts": [fold(one) for one in cast.FIRST_NAMES],
        "lasts": cast.LAST_NAMES, "folded_lasts": [fold(one) for one in cast.LAST_NAMES],
        "all_firsts": len(cast.FIRST_NAMES), "all_lasts": len(cast.LAST_NAMES),
        "roles": json.dumps(roles), "roles_known": len(roles),
    }  # fmt: skip


def _run(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
