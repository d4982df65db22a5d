"""What touchpoints say about an account's health: how recent contact is, and how it ended.

A signal's reading and its evidence share their SQL, so the one cannot drift from the other.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.health import Evidence, Signal, register
from accounts.models import Account
from touchpoints.silence import silence_words
from touchpoints.sql import EFFECTIVE_CADENCE, NEWEST_COUNTED
from touchpoints.stakeholders import STAKEHOLDERS

_NAME = "COALESCE(NULLIF(t.subject, ''), (SELECT y.name FROM touchpoints_touchpointtype y WHERE y.id = t.type_id))"

# 100 until the cadence's ideal interval since the last counted contact, then linearly to 0 at its
# maximum; days of 24 h. A cadence whose ideal is its maximum falls from 100 to 0 there.
_RECENCY = f"""
    SELECT account_id, n.id, c.maximum_days,
           (CASE WHEN d.silent <= c.ideal_days THEN 100 WHEN d.silent >= c.maximum_days THEN 0
                 ELSE 100 * (c.maximum_days - d.silent) / (c.maximum_days - c.ideal_days) END)::float8 AS reading
    FROM ({EFFECTIVE_CADENCE}) c JOIN health_scope USING (account_id)
    CROSS JOIN LATERAL ({NEWEST_COUNTED.format(account="c.account_id", until="%(as_of)s", purpose="'operational'")}) n
    CROSS JOIN LATERAL (
        SELECT date_part('epoch', %(as_of)s::timestamptz - n.occurred_at) / 86400 AS silent
    ) d
    WHERE c.purpose = 'operational' AND c.maximum_days IS NOT NULL
"""
_RECENCY_EVIDENCE = f"""
    SELECT t.occurred_at, {_NAME}, r.reading, r.reading, 'touchpoint', t.id,
           jsonb_build_object('allowed', r.maximum_days)
    FROM ({_RECENCY}) r JOIN touchpoints_touchpoint t ON t.id = r.id
"""

# How touchpoints of the last 365 days ended, −2…+2 mapped to 0…100; what is 90 days older weighs half.
# (date_part gives float8; extract's numeric took twice as long.)
_VALUE = "25.0::float8 * (t.sentiment_end + 2)"
_WEIGHT = "power(2::float8, -date_part('epoch', %(as_of)s::timestamptz - t.occurred_at) / 86400 / 90)"
_ENDED = """
    FROM touchpoints_touchpoint t JOIN health_scope USING (account_id)
    WHERE t.status = 'completed' AND t.sentiment_end IS NOT NULL
      AND t.occurred_at <= %(as_of)s AND t.occurred_at > %(as_of)s::timestamptz - interval '8760 hours'
"""
_SENTIMENT = f"SELECT account_id, sum({_VALUE} * {_WEIGHT}) / sum({_WEIGHT}) AS reading {_ENDED} GROUP BY account_id"
_SENTIMENT_EVIDENCE = f"""
    SELECT t.occurred_at, {_NAME}, {_VALUE}, {_VALUE} * {_WEIGHT} / sum({_WEIGHT}) OVER (),
           'touchpoint', t.id, '{{}}'::jsonb
    {_ENDED}
"""


def _recency_sentence(account: Account, evidence: Sequence[Evidence], now: datetime) -> str:
    if not evidence:
        return _("No cadence applies") if account.last_touch_at else _("No two-way contact yet")
    allowed = evidence[0].facts["allowed"]
    silence = silence_words(evidence[0].occurred_at, allowed=allowed, now=now)
    return _("%(silence)s; its cadence allows %(allowed)d") % {"silence": silence, "allowed": allowed}


def _sentiment_sentence(account: Account, evidence: Sequence[Evidence], now: datetime) -> str:
    if not evidence:
        return _("Nobody recorded how a touchpoint ended in the last year")
    bad = sum(one.value < 50 for one in evidence)
    if not bad:
        return _not_badly([one.value for one in evidence])
    words = ngettext(
        "%(bad)d of %(all)d touchpoint ended badly in the last year",
        "%(bad)d of %(all)d touchpoints ended badly in the last year",
        len(evidence),
    )
    return words % {"bad": bad, "all": len(evidence)}


def _not_badly(values: Sequence[float]) -> str:
    """Where nothing ended badly, what was merely neutral still holds the number down."""
    flat = sum(value <= 50 for value in values)
    if flat:
        words = ngettext(
            "%(flat)d of %(all)d touchpoint ended neutral in the last year",
            "%(flat)d of %(all)d touchpoints ended neutral in the last year",
            len(values),
        )
        return words % {"flat": flat, "all": len(values)}
    words = ngettext(
        "The only touchpoint rated in the last year ended well",
        "All %(all)d touchpoints rated in the last year ended well",
        len(values),
    )
    return words % {"all": len(values)}


RECENCY = Signal(
    key="recency",
    label=gettext_lazy("Recency"),
    default_weight=25,
    reading_sql=f"SELECT account_id, reading FROM ({_RECENCY}) recency",
    evidence_sql=_RECENCY_EVIDENCE,
    sentence=_recency_sentence,
)
SENTIMENT = Signal(
    key="sentiment",
    label=gettext_lazy("Sentiment"),
    default_weight=15,
    reading_sql=_SENTIMENT,
    evidence_sql=_SENTIMENT_EVIDENCE,
    sentence=_sentiment_sentence,
)


def register_signals() -> None:
    for signal in (RECENCY, SENTIMENT, STAKEHOLDERS):
        register(signal)
