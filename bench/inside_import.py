"""Row 9, measured inside a process with Django: an import against the same by hand, either rolled back."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from bench.importing import FIELDS, HEADER, LINES, SOURCE, by_hand, state, write_lines
from bench.measuring import elapsed_ms
from kam.core import clock
from kam.exchange.models import ImportJob
from kam.exchange.services import Request, import_now
from kam.people.models import User
from kam.people.principal import principal_for
from touchpoints.services.planning import flag_stale

ROUNDS, LONG_AGO = 5, timedelta(days=36_500)
MAPPING = dict(zip(FIELDS, HEADER, strict=True))


def import_lines() -> dict[str, Any]:
    """Milliseconds a round and what either left behind: it must be the same."""
    user, now, rounds, ours, floor = User.objects.get(email="admin@demo.example"), clock.now(), [], [], []
    while flag_stale(since=now - LONG_AGO, until=now).flags:
        pass  # the sweep's part: whoever went stale since the company was seeded
    with connection.cursor() as cursor:
        file = write_lines(cursor, now)

    def app() -> None:
        request = Request("touchpoints", io.BytesIO(file), "bench.csv", MAPPING, {"source": SOURCE})
        jobs.append(import_now(by=principal_for(user), request=request, clock=lambda: now))

    def raw() -> None:
        with connection.cursor() as cursor:
            by_hand(cursor, file, now=now, user=str(user.pk))

    for _ in range(ROUNDS):
        jobs: list[ImportJob] = []
        app_ms, ours = _rolled_back(app)
        raw_ms, floor = _rolled_back(raw)
        rounds.append((app_ms, raw_ms))
        jobs[0].file.delete(save=False)
    return {"rounds": rounds[1:], "lines": LINES, "ours": ours, "floor": floor, "counts": jobs[0].rows}


def _rolled_back(work: Callable[[], None]) -> tuple[float, list[list[Any]]]:
    with transaction.atomic():
        took = elapsed_ms(work)
        with connection.cursor() as cursor:
            left = state(cursor)
        transaction.set_rollback(True)
    return took, left


COMMANDS = {"import": import_lines}
