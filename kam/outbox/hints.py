"""Telling the worker to look at the table. Only a hint: lost ones are made up for by the next tick."""

import logging
from functools import cache

import redis
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
TIMEOUT_S = 0.3
EXPIRES_S = 30


@cache
def _sender() -> Celery:
    """A Celery app that only sends: unlike the worker's it gives up at once, so that no page waits."""
    app = Celery("kam-hints", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        task_ignore_result=True,
        broker_connection_timeout=TIMEOUT_S,
        broker_transport_options={
            "max_retries": 0,
            "socket_connect_timeout": TIMEOUT_S,
            "socket_timeout": TIMEOUT_S,
            "retry_on_timeout": False,
        },
    )
    return app


def send_hint(lane: str) -> bool:
    """Whether Redis took the hint. Never raises for a Redis that is away, never waits long for it."""
    try:
        _sender().send_task(
            "kam.dispatch", kwargs={"lane": lane}, queue=lane, expires=EXPIRES_S, retry=False, ignore_result=True
        )
    except (OperationalError, redis.RedisError, OSError) as error:
        logger.warning("No hint sent to lane %s: %s", lane, error)
        return False
    return True
