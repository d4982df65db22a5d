"""The floor: the same rows by psycopg2 and orjson alone, served by the same gunicorn.

No framework, no token, no limit of calls, no template: what is left is PostgreSQL, JSON and a loopback request. The
filters and orders are those of the product's addresses, visibility included, and the measurement compares the ids
that both answer. `/create` runs the statements that the product itself ran for a touchpoint, recorded at start.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg2.extras

from bench.recorded import Recording
from bench.servers import connect

ACCOUNT = """id, name, owner_id, team_id, parent_id, segment_id, tier, lifecycle, customer_since, renewal_on, industry,
    country, website, employees, company_revenue, account_revenue, currency, acquired_via, health, health_band,
    last_touch_at, stale_at, version, created_at, changed_at"""
SEEN = """(owner_id = %(viewer)s::uuid
    OR id = ANY(ARRAY(SELECT account_id FROM accounts_accountmember WHERE user_id = %(viewer)s::uuid)))"""
LIST = f"SELECT {ACCOUNT} FROM accounts_account WHERE {SEEN} AND lifecycle = 'active' ORDER BY name_sort, id LIMIT 50"
SEARCH = f"""SELECT {ACCOUNT} FROM accounts_account WHERE {SEEN} AND name_sort LIKE %(like)s
    ORDER BY name_sort, id LIMIT 50"""
SEARCH_ALL = f"SELECT {ACCOUNT} FROM accounts_account WHERE name_sort LIKE %(like)s ORDER BY name_sort, id LIMIT 50"
ONE = f"SELECT {ACCOUNT} FROM accounts_account WHERE {SEEN} AND id = %(id)s::uuid"
TIMELINE = """
    SELECT t.id, t.occurred_at, t.subject, t.notes, t.direction, t.status, t.sentiment_start, t.sentiment_end,
           t.next_step, y.name AS type, c.name AS channel, u.name AS logged_by,
           ARRAY(SELECT p.first_name || ' ' || p.last_name FROM touchpoints_touchpointcontact l
                 JOIN accounts_contact p ON p.id = l.contact_id WHERE l.touchpoint_id = t.id) AS contacts,
           ARRAY(SELECT s.name FROM touchpoints_touchpointstaff l
                 JOIN people_user s ON s.id = l.user_id WHERE l.touchpoint_id = t.id) AS staff
    FROM touchpoints_touchpoint t
    JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    JOIN touchpoints_channel c ON c.id = t.channel_id
    LEFT JOIN people_user u ON u.id = t.created_by_id
    WHERE t.account_id = %(id)s::uuid ORDER BY t.occurred_at DESC, t.id DESC LIMIT 50
"""
LED = """team_id = ANY(ARRAY(
        WITH RECURSIVE tree AS (
            SELECT team_id AS id FROM people_membership WHERE user_id = %(viewer)s::uuid AND role = 'leader'
            UNION SELECT t.id FROM people_team t JOIN tree ON t.parent_id = tree.id) SELECT id FROM tree))"""
ROLLUP = f"""
    SELECT owner_id AS id, team_id, health_band, currency, sum(n) AS accounts, sum(value) AS value,
           sum(silent) AS silent
    FROM accounts_rollupcell WHERE {LED}
    GROUP BY 1, 2, 3, 4
"""
_FIRST = f"""
    SELECT a.id, a.name, a.tier, u.name AS owner, a.health, a.health_band, a.account_revenue, a.currency,
           a.last_touch_at, a.stale_at
    FROM (SELECT account_id FROM accounts_rollupentry WHERE {LED} AND {{who}} ORDER BY {{order}}, account_id
          LIMIT {{most}}) e
    JOIN accounts_account a ON a.id = e.account_id LEFT JOIN people_user u ON u.id = a.owner_id
"""
# The other things that the portfolio page shows, as the rollup has them.
PORTFOLIO = (
    ROLLUP,
    f"SELECT owner_id, team_id, kept, periods FROM accounts_rollupyear WHERE {LED}",
    f"""SELECT "on", sum(red) AS red, sum(amber) AS amber, sum(green) AS green, sum(unknown) AS unknown
        FROM accounts_rollupmonth WHERE {LED} GROUP BY "on" """,
    _FIRST.format(who="currency = 'EUR' AND value > 0 AND health < 100", order="value * (100 - health) DESC", most=10),
    _FIRST.format(who="moved_30 <> 0 AND moved_30 IS NOT NULL", order="abs(moved_30) DESC, moved_30", most=10),
    _FIRST.format(who="currency = 'EUR' AND value > 0", order="value DESC", most=40),
    f"""SELECT id, name, tier, health, stale_at FROM accounts_account
        WHERE {LED} AND stale_at < now() AND lifecycle IN ('active', 'onboarding') ORDER BY stale_at, id LIMIT 10""",
    "SELECT id, name, parent_id FROM people_team",
)
READS = {
    "/list": LIST,
    "/search": SEARCH,
    "/search_all": SEARCH_ALL,
    "/one": ONE,
    "/timeline": TIMELINE,
    "/rollup": ROLLUP,
}

Start = Callable[[str, list[tuple[str, str]]], Any]
psycopg2.extras.register_uuid()


class Floor:
    """A connection a worker, opened at its first request and kept."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.recording = Recording.load(os.environ.get("BENCH_RECORDING", ""))

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        body = b"{}" if path == "/livez" else self.answer(path, dict(parse_qsl(environ["QUERY_STRING"])))
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def answer(self, path: str, parameters: dict[str, str]) -> bytes:
        if self.connection is None:
            self.connection = connect(os.environ["DATABASE_URL"])
            self.connection.autocommit = True
        if path == "/create":
            self.recording.replay(self.connection)
            return b'{"created": true}'
        statements = PORTFOLIO if path == "/portfolio" else (READS[path],)
        with self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            found = []
            for statement in statements:
                cursor.execute(statement, parameters)
                found += cursor.fetchall()
            return orjson.dumps({"results": found}, default=str, option=orjson.OPT_UTC_Z)


application = Floor()
