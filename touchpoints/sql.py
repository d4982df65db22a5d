"""The SQL that cadence, staleness and health share. Plain strings with named parameters, no row leaves Python.

Parameters used: %(zone)s, the reporting zone. `{purpose}` in a template is a quoted purpose, or a column.
"""

# The interval that applies to an account for each purpose: its own, else its segment's, else its tier's, else the
# default; null where none does. Prospects and lost accounts have only what was given to them by name.
EFFECTIVE_CADENCE = """
    SELECT a.id AS account_id, p.purpose,
           COALESCE(own.ideal_days, seg.ideal_days, tier.ideal_days, dflt.ideal_days) AS ideal_days,
           COALESCE(own.maximum_days, seg.maximum_days, tier.maximum_days, dflt.maximum_days) AS maximum_days,
           COALESCE(own.working_days, seg.working_days, tier.working_days, dflt.working_days) AS working_days,
           CASE WHEN own.ideal_days IS NOT NULL THEN 'own' WHEN seg.ideal_days IS NOT NULL THEN 'segment'
                WHEN tier.ideal_days IS NOT NULL THEN 'tier' ELSE 'default' END AS origin
    FROM accounts_account a
    CROSS JOIN (VALUES ('operational'), ('business_review'), ('executive')) AS p(purpose)
    LEFT JOIN touchpoints_accountcadence own ON own.account_id = a.id AND own.purpose = p.purpose
    LEFT JOIN touchpoints_cadencepolicy seg ON seg.segment_id = a.segment_id AND seg.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
    LEFT JOIN touchpoints_cadencepolicy tier ON tier.tier = a.tier AND a.tier <> '' AND tier.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
    LEFT JOIN touchpoints_cadencepolicy dflt ON dflt.segment_id IS NULL AND dflt.tier = '' AND dflt.purpose = p.purpose
         AND a.lifecycle IN ('onboarding', 'active')
"""

# Whether one of the account's executive sponsors took part in touchpoint t.
WITH_SPONSOR = """EXISTS (
    SELECT 1 FROM touchpoints_touchpointstaff s
    JOIN accounts_accountmember m ON m.account_id = t.account_id AND m.user_id = s.user_id
    WHERE s.touchpoint_id = t.id AND m.role = 'executive_sponsor')
"""

# Whether touchpoint t is counted contact for a purpose; `_BY_TYPE`: whether its type y is.
_BY_TYPE = "{purpose} = ANY(y.counts_for)"
_COUNTED = f"""
    t.status = 'completed' AND t.direction IN ('inbound', 'two_way')
    AND CASE {{purpose}} WHEN 'executive' THEN {WITH_SPONSOR} ELSE %s END
"""
COUNTED = _COUNTED % _BY_TYPE
COUNTED_OPERATIONAL = COUNTED.format(purpose="'operational'")

# The same without a row y: types are looked up, not joined. A join lets the planner begin with them and read every
# touchpoint for each type (so it did where nobody had analysed the small table of types, which no autovacuum does: 65
# times slower).
COUNTED_LOOKED_UP = _COUNTED % f"(SELECT {_BY_TYPE} FROM touchpoints_touchpointtype y WHERE y.id = t.type_id)"

# The newest counted contact of account {account} up to {until}: the index backwards to the first that counts.
NEWEST_COUNTED = f"""
    SELECT t.id, t.occurred_at
    FROM touchpoints_touchpoint t
    WHERE t.account_id = {{account}} AND {COUNTED_LOOKED_UP} AND t.occurred_at <= {{until}}
    ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1
"""

# Silence of a never touched customer counts from the later of the two days that are known, 00:00 UTC.
SINCE_ON = "GREATEST(a.customer_since, a.silence_from_on)"
SINCE_AT = f"({SINCE_ON}::timestamp AT TIME ZONE 'UTC')"

# What CadenceState must say of the accounts: a row for each purpose but operational that has a cadence, or for which
# somebody planned a check-in. Elsewhere nobody asks for the newest contact, so nobody looks for it.
STATES = f"""
    SELECT c.account_id, c.purpose, n.occurred_at AS last_touch_at,
           COALESCE(n.occurred_at, {SINCE_AT}) + make_interval(hours => 24 * c.maximum_days) AS stale_at
    FROM accounts_account a
    JOIN ({EFFECTIVE_CADENCE}) c ON c.account_id = a.id AND c.purpose <> 'operational'
    LEFT JOIN LATERAL ({NEWEST_COUNTED.format(account="a.id", until="'infinity'", purpose="c.purpose")}) n ON true
    WHERE a.id = ANY(%(ids)s::uuid[])
      AND (c.ideal_days IS NOT NULL OR EXISTS (
          SELECT 1 FROM touchpoints_checkin h
          WHERE h.account_id = a.id AND h.purpose = c.purpose AND h.source <> 'cadence'))
"""

# What the pulse says must exist: anchor, the check-in's period and due date, when silence is too long.
# anchor_at is null where nothing is known; due_on and stale_at are null where no cadence applies. `known` is
# false where nobody keeps the newest contact of a purpose. hand_id is the check-in that somebody planned since
# the last contact: while it stands, cadence plans none.
PLAN = f"""
    SELECT a.id AS account_id, c.purpose, x.anchor_at, x.period_on, x.last_touch_at, x.known, {SINCE_ON} AS since_on,
           {SINCE_AT} AS since_at, h.id AS hand_id,
           x.anchor_at + make_interval(hours => 24 * c.maximum_days) AS stale_at,
           CASE WHEN h.id IS NULL THEN
               (SELECT b.base_on + min(mod(w.day - extract(isodow FROM b.base_on)::integer + 7, 7))
                FROM (VALUES (x.period_on + c.ideal_days)) AS b(base_on), unnest(c.working_days) AS w(day)
                GROUP BY b.base_on) END AS due_on
    FROM accounts_account a
    JOIN ({EFFECTIVE_CADENCE}) c ON c.account_id = a.id
    LEFT JOIN touchpoints_cadencestate s ON s.account_id = a.id AND s.purpose = c.purpose
    CROSS JOIN LATERAL (
        SELECT CASE c.purpose WHEN 'operational' THEN a.last_touch_at ELSE s.last_touch_at END AS last_touch_at
    ) l
    CROSS JOIN LATERAL (
        SELECT l.last_touch_at, (l.last_touch_at AT TIME ZONE %(zone)s)::date AS last_on,
               COALESCE(l.last_touch_at, {SINCE_AT}) AS anchor_at,
               COALESCE((l.last_touch_at AT TIME ZONE %(zone)s)::date, {SINCE_ON}) AS period_on,
               c.purpose = 'operational' OR s.account_id IS NOT NULL AS known
    ) x
    LEFT JOIN LATERAL (
        SELECT i.id FROM touchpoints_checkin i
        WHERE i.account_id = a.id AND i.purpose = c.purpose AND i.source <> 'cadence' AND i.status <> 'skipped'
          AND (x.last_on IS NULL OR i.period_on >= x.last_on)
        ORDER BY i.period_on DESC, i.id DESC LIMIT 1
    ) h ON true
    WHERE a.id = ANY(%(ids)s::uuid[])
"""
