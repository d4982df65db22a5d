"""What every registered signal must keep, whoever wrote it."""

import random
import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.health import Evidence, Signal, registry, sql
from accounts.health.evidence import evidence_of
from accounts.health.explain import explain
from accounts.models import Account, Contact
from tests.accounts.health_data import NOON, a_contact, account_of, meet, touch

pytestmark = pytest.mark.django_db

# The signals of all apps: registered while Django starts, thus known when tests are collected.
EVERY_SIGNAL = pytest.mark.parametrize("signal", registry.signals(), ids=lambda signal: signal.key)
INSTANTS = [NOON - timedelta(days=200), NOON, NOON + timedelta(days=45, hours=7)]


@pytest.fixture
def accounts() -> list[Account]:
    """Accounts of every tier with no, few and many touchpoints of every kind, before and after NOON."""
    dice = random.Random(5)
    accounts = [account_of(tier, name=f"{tier}{number}") for tier in ("A", "B", "C", "") for number in range(4)]
    accounts.append(account_of("A", name="Prospect", lifecycle="prospect"))
    for account in accounts:
        people = stakeholders_of(account)
        for _ in range(dice.choice([0, 1, 3, 12])):
            status = dice.choice(["completed", "completed", "completed", "planned", "cancelled"])
            touchpoint = touch(
                account,
                days_ago=dice.uniform(-60, 400),
                type_key=dice.choice(["check_in", "survey", "complaint"]),
                direction=dice.choice(["inbound", "outbound", "two_way"]),
                status=status,
                sentiment_end=dice.choice([None, -2, -1, 0, 1, 2]) if status == "completed" else None,
            )
            meet(touchpoint, *dice.sample(people, dice.choice([0, 1, 2])))
    return accounts


def stakeholders_of(account: Account) -> list[Contact]:
    return [
        a_contact(account, roles) for roles in (["champion"], ["sponsor", "decision_maker"], ["user"], ["champion"])
    ]


def read(signal: Signal, ids: list[UUID], as_of: datetime) -> list[tuple[UUID, float]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.FEW} {signal.reading_sql}", {"ids": ids, "as_of": as_of})
        return cursor.fetchall()


@EVERY_SIGNAL
def test_text_has_no_parameter_but_as_of(signal: Signal) -> None:
    for text in (signal.reading_sql, signal.evidence_sql):
        assert set(re.findall(r"%(?!%)(\(\w+\)s|.)", text)) <= {"(as_of)s"}


@EVERY_SIGNAL
@pytest.mark.parametrize("as_of", INSTANTS)
def test_readings_keep_bounds_one_row_each_alone_as_in_a_batch(
    signal: Signal, as_of: datetime, accounts: list[Account]
) -> None:
    ids = [account.pk for account in accounts]
    batch = read(signal, ids, as_of)
    assert len(batch) == len({account_id for account_id, _ in batch}) > 0
    assert {account_id for account_id, _ in batch} < set(ids)  # somebody has no evidence
    assert all(isinstance(reading, float) and 0 <= reading <= 100 for _, reading in batch)
    alone = [row for account_id in ids for row in read(signal, [account_id], as_of)]
    assert dict(alone) == pytest.approx(dict(batch), abs=1e-9)
    assert len(alone) == len(batch)


@EVERY_SIGNAL
@pytest.mark.parametrize("as_of", INSTANTS)
def test_evidence_adds_up_to_the_reading(signal: Signal, as_of: datetime, accounts: list[Account]) -> None:
    readings = dict(read(signal, [account.pk for account in accounts], as_of))
    for account in accounts:
        evidence = evidence_of(account.pk, [signal], as_of=as_of)[signal.key]
        assert bool(evidence) == (account.pk in readings)
        assert sum(one.share for one in evidence) == pytest.approx(readings.get(account.pk, 0.0), abs=0.1)
        assert all(one.occurred_at <= as_of and one.label and 0 <= one.value <= 100 for one in evidence)
        assert signal.sentence(account, evidence, as_of)


def test_evidence_of_a_signal_is_the_same_asked_alone_as_with_the_others(accounts: list[Account]) -> None:
    every = registry.signals()
    for account in accounts:
        together = evidence_of(account.pk, every, as_of=NOON)
        for signal in every:
            alone = evidence_of(account.pk, [signal], as_of=NOON)[signal.key]
            assert told(together[signal.key]) == told(alone)


def told(evidence: list[Evidence]) -> list[tuple[object, ...]]:
    return [(one.occurred_at, one.label, one.value, round(one.share, 6), one.ref, one.facts) for one in evidence]


def test_explanation_asks_as_many_queries_for_much_evidence_as_for_little() -> None:
    little, much = account_of("A"), account_of("A", name="Much")
    for account, number in ((little, 1), (much, 20)):
        for days in range(number):
            meet(touch(account, days_ago=days, sentiment_end=1), a_contact(account, ["sponsor"]))
    counts = []
    for account in (little, much):
        with CaptureQueriesContext(connection) as queries:
            explain(account, as_of=NOON)
        counts.append(len(queries))
    assert counts == [2, 2]
