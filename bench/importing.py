"""A file of touchpoints, and its import written by hand: the floor of row 9."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from touchpoints.services.reconcile import CLOSE, MOVE_PULSE, OPEN

LINES, SOURCE = 10_000, "bench-file"
HEADER = ("Ticket", "Client", "Logged", "Via", "Kind", "Title", "Text")
FIELDS = ("external_id", "account", "occurred_at", "channel", "type", "subject", "notes")
REPEATED, UNKNOWN = 50, 200  # one line in so many says again what another said, or names nobody

# Accounts as often as the company's touchpoints name them: as skewed as the seed made those.
_DRAW = """
    SELECT a.name, y.key, c.key FROM touchpoints_touchpoint t JOIN accounts_account a ON a.id = t.account_id
    JOIN touchpoints_touchpointtype y ON y.id = t.type_id JOIN touchpoints_channel c ON c.id = t.channel_id
    WHERE t.status = 'completed'
      AND a.name_sort IN (SELECT name_sort FROM accounts_account GROUP BY 1 HAVING count(*) = 1)
    ORDER BY md5(t.id::text) LIMIT %s
"""
_STAGE = """
    CREATE TEMPORARY TABLE lines (n integer, ticket text, client text, logged timestamptz, via text, kind text,
                                  title text, said text) ON COMMIT DROP
"""
_COPY = "COPY lines FROM STDIN WITH (FORMAT csv)"
_INSERT = """
    INSERT INTO touchpoints_touchpoint (id, account_id, type_id, channel_id, direction, initiative, status,
        occurred_at, subject, notes, expectation, next_step, episode, source, external_id, version, created_at,
        created_by_id, changed_at)
    SELECT DISTINCT ON (l.ticket) uuidv7(), COALESCE(e.account_id, a.id), y.id, c.id, 'two_way', y.default_initiative,
           'completed', l.logged, l.title, l.said, '', '', '', %(source)s, l.ticket, 1, %(now)s, %(user)s::uuid, %(now)s
    FROM lines l
    LEFT JOIN accounts_externalid e ON e.source = %(source)s AND e.external_id = l.client
    LEFT JOIN accounts_account a ON a.name = l.client
    JOIN touchpoints_touchpointtype y ON y.key = l.kind JOIN touchpoints_channel c ON c.key = l.via
    WHERE COALESCE(e.account_id, a.id) IS NOT NULL AND l.logged <= %(now)s
    ORDER BY l.ticket, l.n
    ON CONFLICT DO NOTHING RETURNING account_id
"""


def write_lines(cursor: Any, now: datetime) -> bytes:
    """The file: moments of the past year, some lines twice, some of accounts that nobody has."""
    cursor.execute(_DRAW, [LINES])
    drawn = cursor.fetchall()
    if len(drawn) != LINES:
        raise RuntimeError(f"Row 9: the company has {len(drawn)} touchpoints to draw from.")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for n, (name, kind, channel) in enumerate(drawn):
        ticket = n - 7 if n % REPEATED == REPEATED - 1 else n
        client = f"Nobody {n}" if n % UNKNOWN == 0 else name
        logged = (now - timedelta(minutes=1 + n * 7919 % 525_600)).isoformat(timespec="minutes")
        writer.writerow(
            [f"T{ticket}", client, logged, channel, kind, f"Call {n}", f"What was said, and what is next: {n}"]
        )
    return text.getvalue().encode()


def by_hand(cursor: Any, file: bytes, *, now: datetime, user: str) -> None:
    """csv.reader, COPY, one INSERT out of joins, and the statements that bring pulse, check-ins and flags in line."""
    cursor.execute(_STAGE)
    cursor.copy_expert(_COPY, _numbered(csv.reader(io.StringIO(file.decode()))))
    cursor.execute("ANALYZE lines")
    cursor.execute(_INSERT, {"source": SOURCE, "now": now, "user": user})
    ids = "{" + ",".join({str(account) for (account,) in cursor.fetchall()}) + "}"
    for statement in (MOVE_PULSE, CLOSE, OPEN):
        cursor.execute(statement, {"ids": ids, "now": now, "zone": settings.REPORTING_ZONE})


def _numbered(lines: Iterator[list[str]]) -> io.StringIO:
    next(lines)
    text = io.StringIO()
    csv.writer(text).writerows([n, *line] for n, line in enumerate(lines))
    text.seek(0)
    return text


# What must be the same afterwards, whoever did it. Ids of touchpoints are new each time.
STATES = (
    """SELECT account_id, type_id, channel_id, direction, initiative, status, occurred_at, subject, notes, expectation,
              next_step, episode, external_id, version, created_by_id, created_at, changed_at
       FROM touchpoints_touchpoint WHERE source = %(source)s""",
    """SELECT id, last_touch_at, stale_at FROM accounts_account""",
    """SELECT account_id, purpose, last_touch_at, stale_at FROM touchpoints_cadencestate""",
    """SELECT c.account_id, c.purpose, c.source, c.source_id, c.period_on, c.due_on, c.status, c.closed_at,
              t.source, t.external_id
       FROM touchpoints_checkin c LEFT JOIN touchpoints_touchpoint t ON t.id = c.fulfilled_by_id""",
    """SELECT f.account_id, f.purpose, f.anchor_at, f.stale_at, f.opened_at, f.closed_at, t.source, t.external_id
       FROM touchpoints_staleflag f LEFT JOIN touchpoints_touchpoint t ON t.id = f.closed_by_touchpoint_id""",
)


def state(cursor: Any) -> list[list[Any]]:
    """Rows and a digest of each table that an import moves."""
    found = []
    for query in STATES:
        cursor.execute(f"SELECT count(*), sum(hashtextextended(r::text, 0))::text FROM ({query}) r", {"source": SOURCE})
        found.append(list(cursor.fetchone()))
    return found
