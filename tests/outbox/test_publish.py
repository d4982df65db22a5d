"""A row and its cause commit together; the worker hears of it once."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from kam.outbox.models import OutboxMessage
from kam.outbox.publish import publish

pytestmark = pytest.mark.django_db(transaction=True)


class Failed(Exception):
    pass


def test_publish_outside_a_transaction_is_refused(hinted):
    with pytest.raises(transaction.TransactionManagementError):
        publish("t", {})
    assert (OutboxMessage.objects.count(), hinted) == (0, [])


def test_rolled_back_cause_leaves_no_row_and_no_hint(hinted):
    with pytest.raises(Failed), transaction.atomic():
        publish("t", {})
        raise Failed
    assert (OutboxMessage.objects.count(), hinted) == (0, [])


def test_one_hint_per_transaction_and_lane(hinted):
    with transaction.atomic():
        for n in range(5):
            publish("t", {"n": n})
            publish("m", {"n": n}, lane="mail")
    assert sorted(hinted) == ["db", "mail"]
    with transaction.atomic():
        publish("t", {})
    assert sorted(hinted) == ["db", "db", "mail"]


def test_hint_of_a_rolled_back_savepoint_is_sent_for_the_rows_after_it(hinted):
    with transaction.atomic():
        with pytest.raises(Failed), transaction.atomic():
            publish("t", {"n": 1})
            raise Failed
        publish("t", {"n": 2})
    assert [row.payload for row in OutboxMessage.objects.all()] == [{"n": 2}]
    assert hinted == ["db"]


def test_same_dedup_key_is_published_once(hinted):
    for n in range(2):
        with transaction.atomic():
            publish("t", {"n": n}, dedup_key="t:1")
    with transaction.atomic():
        publish("t", {"n": 3}, dedup_key="t:2")
        publish("t", {"n": 4})
        publish("t", {"n": 5})
    assert [row.payload["n"] for row in OutboxMessage.objects.order_by("id")] == [0, 3, 4, 5]


def test_row_is_due_at_once_unless_said_otherwise(hinted):
    later = datetime(2030, 1, 1, tzinfo=UTC)
    with transaction.atomic():
        publish("now", {})
        publish("later", {}, available_at=later, lane="webhook", destination="hooks.example")
    now, scheduled = OutboxMessage.objects.order_by("id")
    assert now.available_at == now.created_at
    assert (scheduled.available_at, scheduled.lane, scheduled.destination) == (later, "webhook", "hooks.example")


def test_failing_hint_does_not_fail_the_request(hinted, monkeypatch):
    from kam.outbox import publish as module

    def explode():
        raise Failed

    monkeypatch.setattr(module, "_hint_for", dict.fromkeys(module.Lane, explode))
    with transaction.atomic():
        publish("t", {})
    assert OutboxMessage.objects.count() == 1
