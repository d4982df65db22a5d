"""Claims, leases, effects, retries and dead letters, on real transactions."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from kam.outbox import dispatch, registry
from kam.outbox.models import OutboxMessage
from kam.outbox.registry import subscribe
from kam.people.models import Team

pytestmark = pytest.mark.django_db(transaction=True)


def put(topic="t", n=1, lane="db", **fields):
    rows = [OutboxMessage(topic=topic, lane=lane, payload={"n": index}, **fields) for index in range(n)]
    return OutboxMessage.objects.bulk_create(rows)


def state(row):
    row.refresh_from_db()
    return {"attempts": row.attempts, "done": row.done_at is not None, "dead": row.dead_at is not None}


def test_run_works_on_every_due_row_in_order_and_once():
    seen = []
    subscribe("t")(lambda message: seen.append(message.payload["n"]))
    put(n=5)
    put(n=1, available_at=Now() + timedelta(minutes=1))
    put(n=1, lane="mail")
    assert (dispatch.run("db"), dispatch.run("db")) == (5, 0)
    assert seen == [0, 1, 2, 3, 4]
    assert OutboxMessage.objects.filter(done_at=None).count() == 2


def test_what_is_patient_waits_until_nothing_else_of_its_lane_is_due():
    seen = []
    for topic, patient in (("t", False), ("p", True)):
        subscribe(topic, patient=patient)(lambda message: seen.append(message.topic))
    put("p", n=2, available_at=Now() - timedelta(hours=1))
    put("t")
    subscribe("busy")(lambda message: put("t", available_at=Now() - timedelta(seconds=1)))
    put("busy")
    assert dispatch.run("db") == 5
    assert seen == ["t", "t", "p", "p"]
    put("p", lane="mail")  # patient in the other lane only
    subscribe("p", "mail")(lambda message: None)
    assert (registry.patient_topics("db"), registry.patient_topics("mail"), dispatch.run("mail")) == (["p"], [], 1)


def test_database_effect_and_mark_are_one_transaction():
    def half(message):
        Team.objects.create(name="North")
        raise ValueError("nul \x00 inside")

    subscribe("t")(half)
    (row,) = put()
    dispatch.run("db")
    assert Team.objects.count() == 0
    assert state(row) == {"attempts": 1, "done": False, "dead": False}
    assert (row.last_error, row.lease_token, row.lease_until) == ("ValueError: nul  inside", None, None)


def test_all_subscribers_of_a_topic_act_or_none():
    subscribe("t")(lambda message: Team.objects.create(name="North"))
    failing = [True]

    @subscribe("t")
    def second(message):
        if failing.pop():
            raise ValueError
        Team.objects.create(name="South")

    put()
    dispatch.run("db")
    assert Team.objects.count() == 0
    failing.append(False)
    OutboxMessage.objects.update(available_at=Now())
    dispatch.run("db")
    assert sorted(Team.objects.values_list("name", flat=True)) == ["North", "South"]


def test_topic_without_subscriber_fails_loudly():
    (row,) = put("nobody")
    dispatch.run("db")
    row.refresh_from_db()
    assert row.last_error == "NoSubscriber: Nobody subscribes to nobody in lane db."


def test_outside_lane_takes_one_handler_only():
    subscribe("t", lane="mail")(print)
    with pytest.raises(ValueError, match="would send twice"):
        subscribe("t", lane="mail")(print)


def test_attempt_is_committed_before_the_effect():
    seen = []

    @subscribe("t", lane="mail")
    def send(message):
        assert not connection.in_atomic_block
        seen.append(OutboxMessage.objects.values_list("attempts", "lease_token", "done_at").get(pk=message.id))

    (row,) = put(lane="mail")
    dispatch.run("mail")
    assert [(attempts, done) for attempts, token, done in seen] == [(1, None)]
    assert isinstance(seen[0][1], uuid.UUID)
    assert state(row) == {"attempts": 1, "done": True, "dead": False}


def test_lost_lease_changes_nothing():
    done = []
    subscribe("t")(lambda message: done.append(message.id))
    (row,) = put()
    token = uuid.uuid4()
    message = dispatch.claim("db", token=token)
    assert dispatch.claim("db", token=uuid.uuid4()) is None
    OutboxMessage.objects.update(lease_until=Now() - timedelta(seconds=1))
    other = uuid.uuid4()
    again = dispatch.claim("db", token=other)
    dispatch.act(message, lane="db", token=token)
    assert (done, state(row)["done"]) == ([], False)
    dispatch.act(again, lane="db", token=other)
    assert (done, state(row)) == ([row.pk], {"attempts": 2, "done": True, "dead": False})


def test_failure_waits_by_full_jitter_then_dies_at_the_twelfth_try():
    def fail(message):
        raise ValueError("no")

    subscribe("t")(fail)
    (row,) = put()
    waits = []
    for attempt in range(1, 13):
        OutboxMessage.objects.update(available_at=Now())
        assert dispatch.run("db") == 1
        assert state(row) == {"attempts": attempt, "done": False, "dead": attempt == 12}
        waits.append(
            OutboxMessage.objects.annotate(wait=F("available_at") - Now()).values_list("wait", flat=True).get()
        )
    for attempt, wait in enumerate(waits[:-1], start=1):
        assert wait <= timedelta(seconds=min(3600, 2**attempt))
    assert dispatch.run("db") == 0
    assert dispatch.replay_dead(topic="other") == 0
    assert dispatch.replay_dead() == 1
    assert state(row) == {"attempts": 0, "done": False, "dead": False}


def test_waiting_times_fill_the_whole_span():
    drawn = [dispatch.wait_s(12) for _ in range(500)]
    assert 0 <= min(drawn) < 600
    assert 3000 < max(drawn) <= 3600


def test_row_that_kills_its_worker_runs_out_of_tries():
    (row,) = put(attempts=12, lease_token=uuid.uuid4(), lease_until=Now() - timedelta(seconds=1))
    (busy,) = put(attempts=12, lease_token=uuid.uuid4(), lease_until=Now() + timedelta(minutes=1))
    assert dispatch.run("db") == 0
    assert state(row) == {"attempts": 12, "done": False, "dead": True}
    assert row.last_error == "The worker died at the last try."
    assert state(busy)["dead"] is False


def test_two_in_flight_per_destination_and_others_pass():
    put(n=3, lane="webhook", destination="a")
    put(n=1, lane="webhook", destination="b")
    claimed = [dispatch.claim("webhook", token=uuid.uuid4()) for _ in range(4)]
    flying = OutboxMessage.objects.filter(attempts=1).values_list("destination", flat=True)
    assert sorted(flying) == ["a", "a", "b"]
    assert claimed[3] is None


def test_run_ends_when_its_time_is_over():
    subscribe("t")(lambda message: None)
    put(n=5)
    clock = iter([0, 1, 19, 20, 21])
    assert dispatch.run("db", seconds=20, monotonic=lambda: next(clock)) == 2


def test_workers_side_by_side_do_each_row_exactly_once():
    subscribe("t")(lambda message: Team.objects.create(name=f"{message.payload['n']}"))
    put(n=60)
    counts = []

    def work():
        counts.append(dispatch.run("db"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(counts), Team.objects.count()) == (60, 60)
    assert OutboxMessage.objects.filter(done_at__isnull=False, attempts=1).count() == 60


def test_due_lanes_are_those_with_work_now():
    put(lane="mail")
    put(lane="webhook", available_at=Now() + timedelta(hours=1))
    put(lane="db", lease_token=uuid.uuid4(), lease_until=Now() + timedelta(minutes=1))
    assert dispatch.due_lanes() == ["mail"]


def test_claim_reads_the_open_rows_by_their_index():
    with transaction.atomic(), connection.cursor() as cursor:
        OutboxMessage.objects.bulk_create(
            [OutboxMessage(topic="t", payload={}, done_at=Now()) for _ in range(5000)], batch_size=5000
        )
        put(n=200)
        cursor.execute("ANALYZE outbox_outboxmessage")
        cursor.execute(
            "EXPLAIN " + dispatch.CLAIM,
            {"token": uuid.uuid4(), "lane": "db", "tries": 12, "in_flight": 2, "lease": timedelta(minutes=5)}
            | {"patient": ["p"], "is_patient": False},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using outbox_open on outbox_outboxmessage m" in plan


def test_command_works_on_all_lanes_and_replays(capsys):
    subscribe("t")(lambda message: None)
    put(dead_at=Now(), attempts=12)
    call_command("dispatch_outbox", "--replay-dead")
    assert capsys.readouterr().out.splitlines() == [
        "1 dead rows brought back",
        "db: 1 rows worked on",
        "mail: 0 rows worked on",
        "webhook: 0 rows worked on",
    ]
