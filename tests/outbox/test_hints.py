"""A hint reaches Redis as a short-lived message, and a Redis that is away costs a request next to nothing."""

import json
import socket
import time
import uuid

import pytest
import redis

from kam.outbox import hints

AT_ONCE_S = 0.9 * hints.TIMEOUT_S  # nobody waited for an answer
A_MOMENT_S = 2 * hints.TIMEOUT_S + 0.6  # connecting and asking may each wait once; a busy machine takes its own time


@pytest.fixture
def broker(settings):
    """Points the sender at an address for one test."""

    def use(url: str) -> None:
        settings.CELERY_BROKER_URL = url
        hints._sender.cache_clear()
        hints._sender()  # made once per process, which is no part of a hint's cost

    yield use
    hints._sender.cache_clear()


@pytest.fixture
def lane(settings):
    """A lane of its own, and Redis to look into it."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    lane = f"test-{uuid.uuid4().hex}"
    hints._sender.cache_clear()
    yield client, lane
    client.delete(lane, f"_kombu.binding.{lane}")
    client.close()


def test_hint_lies_in_its_lane_and_expires(lane):
    client, name = lane
    assert hints.send_hint(name) is True
    (raw,) = client.lrange(name, 0, -1)
    headers = json.loads(raw)["headers"]
    facts = (headers["task"], headers["kwargsrepr"], headers["ignore_result"], headers["expires"] is not None)
    assert facts == ("kam.dispatch", f"{{'lane': '{name}'}}", True, True)


def test_hints_flow_again_after_redis_cut_the_connection(lane):
    client, name = lane
    assert hints.send_hint(name) is True
    senders = [other for other in client.client_list() if other["cmd"] in ("lpush", "sadd", "exec")]
    for other in senders:
        client.client_kill_filter(_id=other["id"])
    assert senders
    hints.send_hint(name)  # may be lost with the connection
    assert hints.send_hint(name) is True
    assert client.llen(name) in (2, 3)


def test_redis_refusing_costs_nothing(broker):
    broker("redis://127.0.0.1:1/0")
    started = time.perf_counter()
    assert hints.send_hint("db") is False
    assert time.perf_counter() - started < AT_ONCE_S


@pytest.mark.parametrize("accepting", [True, False])
def test_redis_that_hangs_costs_at_most_a_moment(broker, accepting):
    """A server that never answers, and one whose queue of connections is full."""
    server = socket.create_server(("127.0.0.1", 0), backlog=100 if accepting else 0)
    address = server.getsockname()
    full = []
    for _ in range(0 if accepting else 4):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(address)
        full.append(waiting)
    broker(f"redis://127.0.0.1:{address[1]}/0")
    started = time.perf_counter()
    assert hints.send_hint("db") is False
    assert time.perf_counter() - started < A_MOMENT_S
    for opened in [server, *full]:
        opened.close()
