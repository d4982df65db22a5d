from datetime import timedelta
from unittest.mock import patch

import pytest

from accounts.health import engine, jobs, mark_dirty
from accounts.models import HealthDirty
from kam.outbox import planner
from kam.outbox.models import OutboxMessage
from kam.outbox.registry import Message, handlers_of
from tests.accounts.health_data import NOON, account_of, made_up_signals, reread, result_of, set_readings

pytestmark = pytest.mark.django_db
NIGHT = planner.last_daily(1, now=NOON)


def test_nightly_job_and_dirty_job_are_planned() -> None:
    planned = {name: job.every for name, job in planner._jobs.items() if name.startswith("accounts.health")}
    assert planned == {
        "accounts.health_dirty": timedelta(0),
        "accounts.health_nightly": planner.Daily(hour=1),
    }


def test_dirty_job_takes_the_marked() -> None:
    account = account_of()
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 80}})
        mark_dirty([account.pk])
        jobs.catch_up_dirty(NOON - timedelta(seconds=15), NOON)
    assert (reread(account).health, HealthDirty.objects.count()) == (80, 0)


def test_a_transaction_takes_few_of_the_marked_and_the_outbox_goes_on() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(5)]
    mark_dirty([account.pk for account in accounts])
    left = []
    with made_up_signals(a=1), patch.object(jobs, "SPAN", 2):
        jobs.catch_up_dirty(NOON - timedelta(seconds=15), NOON)
        left.append(HealthDirty.objects.count())
        for number in range(2):
            (row,) = OutboxMessage.objects.filter(topic=jobs.DIRTY_DUE).order_by("id")[number:]
            (handler,) = handlers_of(row.topic, row.lane)
            handler(Message(row.id, row.topic, row.payload, 1, NOON))
            left.append(HealthDirty.objects.count())
    assert left == [3, 1, 0]
    assert OutboxMessage.objects.filter(topic=jobs.DIRTY_DUE).count() == 2


def test_a_nights_transaction_takes_a_thousand() -> None:
    assert engine.SPAN <= engine.SMALL
    with patch.object(engine, "spans", lambda chunk: pytest.fail() if chunk > engine.SPAN else []):
        assert engine.recompute_all(as_of=NOON) == 0


def test_night_is_planned_once_and_reaches_everybody() -> None:
    accounts = [account_of(name=f"Number {number}") for number in range(5)]
    with made_up_signals(a=1):
        set_readings({account.pk: {"a": 10 * number} for number, account in enumerate(accounts)})
        with patch.object(jobs, "spans", lambda: engine.spans(2)):
            jobs.plan_night(NIGHT - timedelta(days=1), NIGHT)
            jobs.plan_night(NIGHT - timedelta(days=1), NIGHT)
        due = OutboxMessage.objects.filter(topic=jobs.SPAN_DUE)
        assert due.count() == 3
        for row in due:
            (handler,) = handlers_of(row.topic, row.lane)
            handler(Message(row.id, row.topic, row.payload, 1, NIGHT))
    assert [reread(account).health for account in accounts] == [0, 10, 20, 30, 40]
    assert {result_of(account).as_of for account in accounts} == {NIGHT}
