"""The records behind an account's readings, those of every signal in one query."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.health.registry import Evidence, Ref, Signal

# The scope of one account: every signal's text runs under it as it is.
ONE_ACCOUNT = "WITH health_scope(account_id) AS (VALUES (%(account_id)s::uuid))"


def evidence_of(account_id: UUID, signals: Sequence[Signal], *, as_of: datetime) -> dict[str, list[Evidence]]:
    """Signal key → its records, the newest first. The caller was given the account."""
    found: dict[str, list[Evidence]] = {signal.key: [] for signal in signals}
    if not signals:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_statement(signals), {"account_id": account_id, "as_of": as_of})
        rows = cursor.fetchall()
    by_key = {signal.key: signal for signal in signals}
    for key, *row in rows:
        found[key].append(_evidence(by_key[key], row))
    return found


def _statement(signals: Sequence[Signal]) -> str:
    every = " UNION ALL ".join(
        f"SELECT '{signal.key}', e.occurred_at, e.label::text, e.value, e.share, e.kind, e.id, e.facts"
        f" FROM ({signal.evidence_sql}) AS e(occurred_at, label, value, share, kind, id, facts)"
        for signal in signals
    )
    columns = "signal, occurred_at, label, value, share, kind, id, facts"
    return f"{ONE_ACCOUNT} SELECT * FROM ({every}) AS every({columns}) ORDER BY occurred_at DESC, id DESC, facts"


def _evidence(signal: Signal, row: Sequence[Any]) -> Evidence:
    occurred_at, label, value, share, kind, record_id, told = row
    facts = json.loads(told)
    return Evidence(occurred_at, signal.caption(label, facts), value, share, Ref(kind, record_id), facts)
