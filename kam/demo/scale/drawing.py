"""Chance in SQL: the same numbers and ids for the same seed, whatever the plan and the number of processes."""

from django.db import connection

# A number from 0 to below 1 for a row and a question; `salt` tells the questions apart.
CHANCE = """
    CREATE FUNCTION pg_temp.chance(n bigint, salt integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(n, {seed} * 1000::bigint + salt) & 1073741823) / 1073741824.0::float8
"""
# A UUIDv7 of an instant: rows of one time lie together in the index, as they do in life.
KEY = """
    CREATE FUNCTION pg_temp.key(made_at timestamptz, n bigint, kind text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN overlay(overlay(overlay(
        md5({seed} || kind || n) PLACING lpad(to_hex((date_part('epoch', made_at) * 1000)::bigint), 12, '0') FROM 1
    ) PLACING '7' FROM 13) PLACING 'a' FROM 17)::uuid
"""


def prepare_drawing(seed: int) -> None:
    """Make both functions for this session."""
    with connection.cursor() as cursor:
        cursor.execute(CHANCE.format(seed=int(seed)))
        cursor.execute(KEY.format(seed=int(seed)))


def forget_drawing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION pg_temp.chance(bigint, integer)")
        cursor.execute("DROP FUNCTION pg_temp.key(timestamptz, bigint, text)")
