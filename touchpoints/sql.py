"""The SQL that cadence, staleness and health share. Plain strings with named parameters, no row leaves Python.

Parameters used: %(zone)s, the reporting zone.
"""

# The interval that applies to an account: its own, else its segment's, else its tier's, else the
# default. Prospects and lost accounts have only what was given to them by name.
EFFECTIVE_CADENCE = """
    SELECT a.id AS account_id, p.purpose,
           COALESCE(own.ideal_days, seg.ideal_days, tier.ideal_days, dflt.ideal_days) AS ideal_days,
           COALESCE(own.maximum_days, seg.maximum_days, tier.maximum_days, dflt.maximum_days) AS maximum_days,
           COALESCE(own.working_days, seg.working_days, tier.working_days, dflt.working_days) AS working_days,
           CASE WHEN own.ideal_days IS NOT NULL THEN 'own' WHEN seg.ideal_days IS NOT NULL THEN 'segment'
                WHEN tier.ideal_days IS NOT NULL THEN 'tier' ELSE 'default' END AS origin
    FROM accounts_account a
    CROSS JOIN (VALUES ('operational')) AS p(purpose)
    LEFT JOIN touchpoints_accountcadence own ON own.account_id = a.id AND own.purpose = p.purpose
    LEFT JOIN touchpoints_cadencepolicy seg ON seg.segment_id = a.segment_id AND seg.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
    LEFT JOIN touchpoints_cadencepolicy tier ON tier.tier = a.tier AND a.tier <> '' AND tier.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
    LEFT JOIN touchpoints_cadencepolicy dflt ON dflt.segment_id IS NULL AND dflt.tier = '' AND dflt.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
"""

# Whether touchpoint t of type y is counted contact for the operational purpose.
COUNTED = "t.status = 'completed' AND t.direction IN ('inbound', 'two_way') AND 'operational' = ANY(y.counts_for)"

# The newest counted contact of account {account} up to {until}.
NEWEST_COUNTED = f"""
    SELECT t.id, t.occurred_at
    FROM touchpoints_touchpoint t JOIN touchpoints_touchpointtype y ON y.id = t.type_id
    WHERE t.account_id = {{account}} AND {COUNTED} AND t.occurred_at <= {{until}}
    ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1
"""

# Silence of a never touched customer counts from customer_since, 00:00 UTC.
SINCE_AT = "(a.customer_since::timestamp AT TIME ZONE 'UTC')"

# What the pulse says must exist: anchor, the check-in's period and due date, when silence is too long.
# anchor_at is null where nothing is known; due_on and stale_at are null where no cadence applies.
PLAN = f"""
    SELECT a.id AS account_id, c.purpose, x.anchor_at, x.period_on, a.last_touch_at, a.customer_since,
           {SINCE_AT} AS since_at,
           x.anchor_at + make_interval(hours => 24 * c.maximum_days) AS stale_at,
           (SELECT d::date FROM generate_series(x.period_on + c.ideal_days, x.period_on + c.ideal_days + 6,
                                                interval '1 day') AS d
            WHERE extract(isodow FROM d) = ANY(c.working_days) ORDER BY d LIMIT 1) AS due_on
    FROM accounts_account a
    JOIN ({EFFECTIVE_CADENCE}) c ON c.account_id = a.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(a.last_touch_at, {SINCE_AT}) AS anchor_at,
               COALESCE((a.last_touch_at AT TIME ZONE %(zone)s)::date, a.customer_since) AS period_on
    ) x
    WHERE a.id = ANY(%(ids)s::uuid[])
"""
