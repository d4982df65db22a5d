"""Looking for duplicates in the background: soon after something changed, and everywhere at the very first."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.duplicates import sql
from accounts.health.engine import spans
from accounts.health.sql import IDS_OF_SPAN
from kam.outbox import planner
from kam.outbox.publish import publish
from kam.outbox.registry import Message, subscribe

FIND_DUE = "accounts.find_duplicates_due"
EVERY = timedelta(minutes=5)
# A transaction that began before the last look may have committed after it.
OVERLAP = timedelta(minutes=10)
AT_ONCE = 200
PAUSE = timedelta(seconds=10)  # a portion takes 2 to 5 seconds of a worker where there are 100,000 accounts


def register_jobs() -> None:
    planner.register("accounts.find_duplicates", EVERY, plan_search)


def plan_search(since: datetime, until: datetime) -> None:
    """An outbox row for each portion of what changed: whichever door it came by, the rows themselves tell.

    One portion after the other, and all of them patient: a hundred thousand new accounts keep nobody's import waiting.
    """
    for turn, portion in enumerate(_portions(since)):
        publish(FIND_DUE, portion, available_at=until + turn * PAUSE if turn else None)


def _portions(since: datetime) -> list[dict[str, Any]]:
    if since == planner.BEGINNING:
        return [{"after": after and str(after), "until": last and str(last)} for after, last in spans(AT_ONCE)]
    with connection.cursor() as cursor:
        cursor.execute(sql.CHANGED, {"since": since - OVERLAP, "topic": FIND_DUE})
        ids = [str(row[0]) for row in cursor.fetchall()]
    return [{"ids": ids[start : start + AT_ONCE]} for start in range(0, len(ids), AT_ONCE)]


@subscribe(FIND_DUE, patient=True)
def search_portion(message: Message) -> None:
    if "ids" in message.payload:
        find_pairs([UUID(account_id) for account_id in message.payload["ids"]])
        return
    after, until = (UUID(end) if end else None for end in (message.payload["after"], message.payload["until"]))
    with connection.cursor() as cursor:
        cursor.execute(IDS_OF_SPAN, {"after": after, "until": until})
        ids = [row[0] for row in cursor.fetchall()]
    find_pairs(ids)


@transaction.atomic
def find_pairs(account_ids: Sequence[UUID]) -> int:
    """Bring the pairs of these accounts, and of their people, up to date; how many there are of accounts.

    A dismissed pair stays dismissed; one that no longer looks alike goes.
    """
    ids = list(account_ids)
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql.SET_ALIKE)
        cursor.execute(sql.BY_BITMAP)
        cursor.execute(sql.ACCOUNT_PAIRS, {"ids": ids})
        accounts = _columns(cursor.fetchall())
        cursor.execute(sql.CONTACT_PAIRS, {"ids": ids})
        contacts = _columns(cursor.fetchall())
        cursor.execute(sql.FORGET_ACCOUNT_PAIRS, {"ids": ids, **accounts})
        cursor.execute(sql.STORE_ACCOUNT_PAIRS, accounts)
        cursor.execute(sql.FORGET_CONTACT_PAIRS, {"ids": ids, **contacts})
        cursor.execute(sql.STORE_CONTACT_PAIRS, contacts)
        cursor.execute(sql.AS_USUAL)
    return len(accounts["firsts"])


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {
        "firsts": [row[0] for row in rows],
        "others": [row[1] for row in rows],
        "scores": [row[2] for row in rows],
        "reasons": [json.dumps(row[3]) for row in rows],
    }
