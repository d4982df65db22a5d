"""The worker and beat.

    celery -A kam.celery worker -Q db,mail,webhook
    celery -A kam.celery beat

Messages are hints. They are acknowledged early, expire, and carry no fact; the rows are in PostgreSQL.
Beat's plain Scheduler keeps its state in memory, so there is no schedule file to lose or to lock.
"""

import os
from datetime import UTC, datetime

from celery import Celery
from django.conf import settings
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")
# What a task that took too long had asked for ends with it; otherwise PostgreSQL would go on for nobody.
os.environ.setdefault("PGOPTIONS", "-c client_connection_check_interval=5s")

# Last run long ago: a beat that was restarted sends its first tick at once. Otherwise it would wait 15 s first,
# and one that dies more often than that would never tick.
TICK = {
    "task": "kam.tick",
    "schedule": 15.0,
    "options": {"queue": "db", "expires": 30},
    "last_run_at": datetime(1970, 1, 1, tzinfo=UTC),
}

app = Celery("kam")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=45,
    task_time_limit=60,
    task_default_queue="db",
    task_create_missing_queues=False,
    task_queues=[Queue(lane, Exchange(lane), routing_key=lane) for lane in ("db", "mail", "webhook")],
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A worker that waits for Redis must notice that it is gone, and that it is back.
    broker_transport_options={"socket_keepalive": True, "health_check_interval": 10},
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    enable_utc=True,
    timezone="UTC",
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={"tick": TICK},
)
app.autodiscover_tasks()
