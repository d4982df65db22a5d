"""What touchpoints say about an account's health: how recent contact is, and how it ended.

A signal's reading and its evidence share their SQL, so the one cannot drift from the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.health import Evidence, Ref, Signal, register
from accounts.health.registry import ONE_ACCOUNT
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
    {ONE_ACCOUNT}
    SELECT t.id, t.occurred_at, {_NAME}, r.reading, r.reading, r.maximum_days
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
    {ONE_ACCOUNT}
    SELECT t.id, t.occurred_at, {_NAME}, {_VALUE},
           {_VALUE} * {_WEIGHT} / sum({_WEIGHT}) OVER ()
    {_ENDED} ORDER BY t.occurred_at DESC, t.id DESC
"""


def _rows(statement: str, account_id: UUID, as_of: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"account_id": account_id, "as_of": as_of})
        return cursor.fetchall()


def _recency_evidence(account_id: UUID, as_of: datetime) -> list[Evidence]:
    return [
        Evidence(occurred_at, label, value, share, Ref("touchpoint", touchpoint_id), {"allowed": allowed})
        for touchpoint_id, occurred_at, label, value, share, allowed in _rows(_RECENCY_EVIDENCE, account_id, as_of)
    ]


def _sentiment_evidence(account_id: UUID, as_of: datetime) -> list[Evidence]:
    return [
        Evidence(occurred_at, label, value, share, Ref("touchpoint", touchpoint_id))
        for touchpoint_id, occurred_at, label, value, share in _rows(_SENTIMENT_EVIDENCE, account_id, as_of)
    ]


def _recency_sentence(account_id: UUID, evidence: Sequence[Evidence], now: datetime) -> str:
    if not evidence:
        return _("No cadence applies") if _was_touched(account_id) else _("No two-way contact yet")
    allowed = evidence[0].numbers["allowed"]
    silence = silence_words(evidence[0].occurred_at, allowed=allowed, now=now)
    return _("%(silence)s; its cadence allows %(allowed)d") % {"silence": silence, "allowed": allowed}


def _was_touched(account_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_touch_at IS NOT NULL FROM accounts_account WHERE id = %s", [account_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def _sentiment_sentence(account_id: UUID, evidence: Sequence[Evidence], now: datetime) -> str:
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
    evidence=_recency_evidence,
    sentence=_recency_sentence,
)
SENTIMENT = Signal(
    key="sentiment",
    label=gettext_lazy("Sentiment"),
    default_weight=15,
    reading_sql=_SENTIMENT,
    evidence=_sentiment_evidence,
    sentence=_sentiment_sentence,
)


def register_signals() -> None:
    for signal in (RECENCY, SENTIMENT, STAKEHOLDERS):
        register(signal)
