"""Touchpoints in the order they happened, a chunk a statement: a few accounts have most of them, as in life."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from kam.demo.desk import APPOINTMENTS
from kam.demo.meetings import EXECUTIVE, REVIEWS
from kam.demo.wording import NEGATIVE, NEUTRAL, POSITIVE, Scene
from touchpoints.enums import TouchpointStatus
from touchpoints.models import Channel, TouchpointType

TABLES = ("touchpoints_touchpoint", "touchpoints_touchpointcontact", "touchpoints_touchpointstaff")
CHUNK = 200_000  # what a statement holds in memory before it writes three tables from it
PLANNED_SHARE = 400  # one of so many lies ahead
SKEW = 2.5  # Zipf with exponent 0.6: of ten each on average the first of 100,000 has 10,000, the last one four

MOODS = {
    "positive": POSITIVE + REVIEWS,
    "neutral": NEUTRAL,
    "negative": NEGATIVE,
    "executive": EXECUTIVE,
    "planned": [scene for *_, status, scene in APPOINTMENTS if status == TouchpointStatus.PLANNED],
}

SCENES = """
    CREATE TEMPORARY TABLE demo_scene ON COMMIT DROP AS
    SELECT * FROM jsonb_to_recordset(%(scenes)s) AS s(
        mood text, turn int, type_id uuid, channel_id uuid, direction text, subject text, notes text, next_step text,
        sentiment_start smallint, sentiment_end smallint, expectation text, is_case boolean)
"""

# Every number is a question to chance; the salts follow those of accounts and contacts. OFFSET 0 keeps the planner
# from copying an expression into each of its uses, which made this several times slower; power() of numeric instead of
# float8 took more than half of the time of what is drawn.
CHUNK_SQL = """
    WITH placed AS (
        SELECT t, a.*, t > %(total)s - %(planned)s AND a.until_at = %(on)s AND a.lifecycle IN ('active', 'onboarding')
               AS is_planned
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) t
        JOIN demo_account a
          ON a.n = LEAST(%(accounts)s, 1 + floor(%(accounts)s * power(pg_temp.chance(t, 50), %(skew)s)))::bigint
        OFFSET 0
    ), dated AS (
        SELECT *, CASE WHEN is_planned THEN %(on)s + interval '1 day' * (1 + floor(14 * pg_temp.chance(t, 51)))
                       ELSE date_trunc('day', from_at + (until_at - from_at)
                                              * power((t - 0.5)::float8 / %(total)s, 0.85))
                  END AS day
        FROM placed OFFSET 0
    ), timed AS (
        SELECT *, day + CASE extract(isodow FROM day) WHEN 6 THEN interval '1 day' WHEN 7 THEN interval '2 days'
                             ELSE interval '0' END * CASE WHEN is_planned THEN 1 ELSE -1 END
                  + interval '1 minute' * (420 + 5 * floor(120 * pg_temp.chance(t, 52))) AS occurred_at,
               pg_temp.chance(t, 53) + CASE WHEN tone < 0 AND day < %(on)s - interval '120 days' THEN 0.1 ELSE tone END
               AS feeling
        FROM dated OFFSET 0
    ), mooded AS (
        SELECT *, CASE WHEN is_planned THEN 'planned'
                       WHEN tier = 'A' AND pg_temp.chance(t, 54) < 0.04 THEN 'executive'
                       WHEN feeling > 0.75 THEN 'positive' WHEN feeling < 0.15 THEN 'negative' ELSE 'neutral'
                  END AS mood,
               CASE WHEN is_planned THEN %(on)s - interval '1 day' * (1 + t %% 6) ELSE occurred_at END
               + interval '35 minutes' AS logged_at
        FROM timed OFFSET 0
    ), told AS MATERIALIZED (
        SELECT m.*, s.type_id, s.channel_id, s.direction, s.subject, s.notes, s.next_step, s.sentiment_start,
               s.sentiment_end, s.expectation, s.is_case, pg_temp.key(logged_at, t, 'touchpoint') AS touchpoint_id,
               pg_temp.chance(t, 55) < 0.25 AS is_synced
        FROM mooded m
        JOIN demo_scene s ON s.mood = m.mood
         AND s.turn = floor((%(sizes)s::jsonb ->> m.mood)::int * pg_temp.chance(t, 56))::int
    ), touched AS (
        INSERT INTO touchpoints_touchpoint (
            id, account_id, type_id, channel_id, direction, initiative, status, occurred_at, planned_for,
            duration_minutes, subject, notes, sentiment_start, sentiment_end, expectation, next_step, episode,
            handoffs, wait_minutes, resolved_first_contact, source, external_id, created_at, created_by_id, changed_at)
        SELECT touchpoint_id, id, type_id, channel_id, direction,
               CASE direction WHEN 'inbound' THEN 'indirect' ELSE 'direct' END,
               CASE WHEN is_planned THEN 'planned' ELSE 'completed' END, occurred_at,
               CASE WHEN is_planned THEN occurred_at END,
               CASE direction WHEN 'two_way' THEN (ARRAY[10, 20, 30, 45, 60])[1 + t %% 5] END,
               subject, notes, sentiment_start, sentiment_end, expectation, next_step, '',
               CASE WHEN is_case AND sentiment_end <= 0 THEN 1 + t %% 3 WHEN is_case THEN 0 END,
               CASE WHEN is_case AND sentiment_end <= 0 THEN 15 + t %% 75 WHEN is_case THEN 1 + t %% 6 END,
               CASE WHEN is_case THEN sentiment_end > 0 END,
               CASE WHEN is_synced THEN 'mail' ELSE '' END,
               CASE WHEN is_synced THEN 'M-' || lpad(t::text, 10, '0') ELSE '' END, logged_at, owner_id, logged_at
        FROM told
    ), met AS (
        INSERT INTO touchpoints_touchpointcontact (account_id, touchpoint_id, contact_id)
        SELECT id, touchpoint_id,
               pg_temp.key(created_at, n * 8 + floor(people * pg_temp.chance(t, 57))::bigint, 'contact')
        FROM told WHERE direction <> 'outbound'
    )
    INSERT INTO touchpoints_touchpointstaff (account_id, touchpoint_id, user_id)
    SELECT id, touchpoint_id, owner_id FROM told
    UNION ALL SELECT id, touchpoint_id, leader_id FROM told WHERE mood = 'executive'
"""


def write_touchpoints(*, accounts: int, total: int, on: date, progress: Callable[[int], None]) -> None:
    """`total` touchpoints of the accounts in demo_account, those with contacts and colleagues who took part."""
    with connection.cursor() as cursor:
        cursor.execute(SCENES, {"scenes": json.dumps(_scenes(), default=str)})
        cursor.execute("CREATE UNIQUE INDEX ON demo_account (n)")
        cursor.execute("ANALYZE demo_scene, demo_account")
        parameters: dict[str, Any] = {
            "accounts": accounts, "total": total, "planned": total // PLANNED_SHARE, "on": on, "skew": SKEW,
            "sizes": json.dumps({mood: len(scenes) for mood, scenes in MOODS.items()}),
        }  # fmt: skip
        for first in range(1, total + 1, CHUNK):
            last = min(total, first + CHUNK - 1)
            cursor.execute(CHUNK_SQL, {**parameters, "first": first, "last": last})
            progress(last)


def _scenes() -> list[dict[str, Any]]:
    types = dict(TouchpointType.objects.values_list("key", "id"))
    channels = dict(Channel.objects.values_list("key", "id"))

    def row(mood: str, turn: int, scene: Scene) -> dict[str, Any]:
        start, end = scene.sentiments
        return {
            "mood": mood, "turn": turn, "type_id": types[scene.type], "channel_id": channels[scene.channel],
            "direction": scene.direction, "subject": scene.subject, "notes": scene.notes,
            "next_step": scene.next_step, "sentiment_start": start, "sentiment_end": end,
            "expectation": scene.expectation,
            "is_case": (scene.type, scene.channel) == ("support_case", "phone") and end is not None,
        }  # fmt: skip

    return [row(mood, turn, scene) for mood, scenes in MOODS.items() for turn, scene in enumerate(scenes)]
