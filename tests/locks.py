"""Two sessions at once: the test is one, a thread the other."""

import time

from django.db import connection


def wait_until_somebody_waits_for_a_lock() -> None:
    """For one that this session holds. Raises: AssertionError after ten seconds."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waited")
