"""How the parts that work behind the pages are doing."""

from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kam.core.clock import now
from kam.outbox.hints import TIMEOUT_S
from kam.outbox.models import OutboxMessage, Watermark
from kam.outbox.planner import HEARTBEAT
from kam.outbox.registry import everything_patient

SILENT = timedelta(seconds=60)
LATE = timedelta(minutes=5)
PATIENT_LATE = timedelta(hours=12)
KNOWN_FOR = timedelta(seconds=15)


def last_heartbeat() -> datetime | None:
    """When a tick last ran; it came from beat through Redis to a worker, so it proves all three."""
    return Watermark.objects.filter(name=HEARTBEAT).values_list("done_until", flat=True).first()


class _Heard:
    """The last heartbeat, asked for at most every 15 s by each process: every page shows the banner."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.asked_at: datetime | None = None
        self.heard: datetime | None = None

    def at(self, moment: datetime) -> datetime | None:
        if self.asked_at is None or not timedelta(0) <= moment - self.asked_at < KNOWN_FOR:
            self.heard, self.asked_at = last_heartbeat(), moment
        return self.heard


remembered = _Heard()


def banner(request: HttpRequest) -> str | None:
    """A sentence for every page once nothing has been heard for 60 s; None before the first tick ever."""
    heard = remembered.at(now())
    if heard is None or now() - heard <= SILENT:
        return None
    return _("Background work is delayed. Everything you enter is kept; check-ins and flags follow later.")


def dead_payloads(topic: str) -> list[dict[str, Any]]:
    """What the dead letters of a topic were about: nothing of it goes on until somebody replays them."""
    return list(OutboxMessage.objects.filter(topic=topic, dead_at__isnull=False).values_list("payload", flat=True))


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def parts() -> dict[str, str]:
    """Every part but PostgreSQL: "ok" or "degraded", with the number of dead letters where there are any."""
    heard = last_heartbeat()
    healthy = {
        "redis": _redis_answers(),
        "heartbeat": heard is not None and now() - heard <= SILENT,  # beat and worker
        "outbox": not _is_late(),
    }
    found = {part: "ok" if well else "degraded" for part, well in healthy.items()}
    if dead := OutboxMessage.objects.filter(dead_at__isnull=False).count():
        found["outbox"] = f"degraded: dead letters: {dead}"
    return found


def _is_late() -> bool:
    """Something waits for longer than it should; what is patient may wait for as long as other work is due."""
    late = OutboxMessage.objects.filter(done_at=None, dead_at=None, available_at__lt=Now() - LATE)
    for topic, lane in everything_patient():
        late = late.exclude(topic=topic, lane=lane, available_at__gte=Now() - PATIENT_LATE)
    return late.exists()


def _redis_answers() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
