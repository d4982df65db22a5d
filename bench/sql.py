"""SQL that the sweep and full health are held against: the naive question, and the same job written by hand."""

# Whose last counted contact is longer ago than the tier's maximum: reads every touchpoint.
NAIVE_STALE = """
    SELECT a.id FROM accounts_account a
    JOIN touchpoints_cadencepolicy p ON p.purpose = 'operational' AND p.tier = a.tier
    JOIN touchpoints_touchpoint t ON t.account_id = a.id AND t.status = 'completed'
         AND t.direction IN ('inbound', 'two_way')
    JOIN touchpoints_touchpointtype y ON y.id = t.type_id AND 'operational' = ANY(y.counts_for)
    WHERE a.lifecycle IN ('onboarding', 'active')
    GROUP BY a.id, p.maximum_days
    HAVING max(t.occurred_at) + make_interval(hours => 24 * p.maximum_days) < %(as_of)s
"""

_SCOPE = """
    CREATE TEMPORARY TABLE by_hand_ids ON COMMIT DROP AS SELECT id, tier, stale_at FROM accounts_account
    WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid) AND (%(until)s::uuid IS NULL OR id <= %(until)s::uuid)
"""
# Cadences by tier alone, weights by default; readings, score, band, snapshot and account as the product keeps them.
_READINGS = """
    CREATE TEMPORARY TABLE by_hand ON COMMIT DROP AS
    WITH recency AS (
        SELECT i.id, CASE WHEN d.silent <= p.ideal_days THEN 100 WHEN d.silent >= p.maximum_days THEN 0
                     ELSE 100 * (p.maximum_days - d.silent) / NULLIF(p.maximum_days - p.ideal_days, 0) END AS reading
        FROM by_hand_ids i
        JOIN touchpoints_cadencepolicy p ON p.purpose = 'operational' AND p.tier = i.tier
        CROSS JOIN LATERAL (
            SELECT t.occurred_at FROM touchpoints_touchpoint t
            WHERE t.account_id = i.id AND t.status = 'completed' AND t.direction IN ('inbound', 'two_way')
              AND t.occurred_at <= %(as_of)s
              AND (SELECT 'operational' = ANY(y.counts_for) FROM touchpoints_touchpointtype y WHERE y.id = t.type_id)
            ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1) n
        CROSS JOIN LATERAL (SELECT date_part('epoch', %(as_of)s::timestamptz - n.occurred_at) / 86400 AS silent) d
    ), sentiment AS (
        SELECT account_id AS id, sum(25.0::float8 * (sentiment_end + 2) * w) / sum(w) AS reading
        FROM (SELECT t.account_id, t.sentiment_end,
                     power(2::float8, -date_part('epoch', %(as_of)s::timestamptz - t.occurred_at) / 86400 / 90) AS w
              FROM touchpoints_touchpoint t JOIN by_hand_ids i ON i.id = t.account_id
              WHERE t.status = 'completed' AND t.sentiment_end IS NOT NULL AND t.occurred_at <= %(as_of)s
                AND t.occurred_at > %(as_of)s::timestamptz - interval '8760 hours') weighed
        GROUP BY account_id
    ), stakeholders AS (
        SELECT c.account_id AS id, 100.0::float8 / 3 * count(DISTINCT r.role) FILTER (
                   WHERE t.occurred_at > %(as_of)s::timestamptz - interval '2160 hours') AS reading
        FROM accounts_contact c JOIN by_hand_ids i ON i.id = c.account_id
        CROSS JOIN LATERAL (SELECT unnest(c.buying_roles) AS role) r
        JOIN touchpoints_touchpointcontact l ON l.contact_id = c.id
        JOIN touchpoints_touchpoint t ON t.id = l.touchpoint_id
        WHERE r.role IN ('sponsor', 'decision_maker', 'champion') AND t.status = 'completed'
          AND t.direction IN ('inbound', 'two_way') AND t.occurred_at <= %(as_of)s
        GROUP BY c.account_id
    )
    SELECT i.id, i.tier, i.stale_at,
           jsonb_strip_nulls(jsonb_build_object('recency', round(r.reading::numeric, 4),
               'sentiment', round(s.reading::numeric, 4), 'stakeholders', round(k.reading::numeric, 4))) AS readings,
           round(((COALESCE(r.reading, 0) * 25 + COALESCE(s.reading, 0) * 15 + COALESCE(k.reading, 0) * 10)
                  / NULLIF(w.present, 0))::numeric)::smallint AS score, w.present / 50.0::float8 AS weight_present
    FROM by_hand_ids i LEFT JOIN recency r USING (id) LEFT JOIN sentiment s USING (id)
    LEFT JOIN stakeholders k USING (id)
    CROSS JOIN LATERAL (
        SELECT (CASE WHEN r.reading IS NULL THEN 0 ELSE 25 END + CASE WHEN s.reading IS NULL THEN 0 ELSE 15 END
                + CASE WHEN k.reading IS NULL THEN 0 ELSE 10 END) AS present) w
"""
_BAND = """CASE WHEN b.score IS NULL THEN 'unknown' WHEN b.score < 50 THEN 'red'
    WHEN b.score < 75 OR b.tier = 'A' AND b.stale_at < %(as_of)s THEN 'amber' ELSE 'green' END"""
_RESULTS = f"""
    UPDATE accounts_healthresult r
    SET score = b.score, band = {_BAND}, readings = b.readings, weight_present = b.weight_present, as_of = %(as_of)s
    FROM by_hand b WHERE r.account_id = b.id AND (r.score, r.readings) IS DISTINCT FROM (b.score, b.readings)
"""
_ACCOUNTS = f"""
    UPDATE accounts_account a SET health = b.score, health_band = {_BAND}
    FROM by_hand b WHERE a.id = b.id AND (a.health, a.health_band) IS DISTINCT FROM (b.score, {_BAND})
"""
_SNAPSHOTS = f"""
    INSERT INTO accounts_healthsnapshot (account_id, "on", score, band, weight_present, readings)
    SELECT b.id, %(as_of)s::date, b.score, {_BAND}, b.weight_present, b.readings
    FROM by_hand b JOIN LATERAL (SELECT p.score FROM accounts_healthsnapshot p WHERE p.account_id = b.id
         AND p."on" <= %(as_of)s::date ORDER BY p."on" DESC LIMIT 1) p ON p.score IS DISTINCT FROM b.score
    ON CONFLICT (account_id, "on") DO NOTHING
"""
HEALTH_BY_HAND = (
    _SCOPE, "ANALYZE by_hand_ids", _READINGS, _RESULTS, _ACCOUNTS, _SNAPSHOTS, "DROP TABLE by_hand, by_hand_ids",
)  # fmt: skip
