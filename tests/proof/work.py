"""Sending files and touchpoints to a house, killing its worker on the way, and reading what came of it."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.books import FIVE_MINUTES_PASS
from tests.faults.house import House
from tests.proof.plan import MAPPING, Plan

EDGE = "kam-proof-boundary"
TRIES = 20
EMAIL = "proof@kam.example"
FURNISH = """
from django.core.management import call_command
from accounts.models import Account
from tests.proof.plan import name_of
for first in range(0, {count}, 5000):
    names = [name_of(n) for n in range(first, min(first + 5000, {count}))]
    Account.objects.bulk_create([Account(name=n, name_sort=n, lifecycle="active", tier="C") for n in names])
call_command("create_user", "{email}", "--role", "admin", "--password-env", "FIRST_PASSWORD")
call_command("create_api_token", "{email}")
"""
KNOW_THEM = """
    INSERT INTO accounts_externalid (account_id, source, external_id)
    SELECT id, 'proof', name FROM accounts_account WHERE name ~ '^[0-9a-f]{16}$'
"""
PER_ACCOUNT = """
    SELECT a.name, count(*), max(t.occurred_at) FROM touchpoints_touchpoint t
    JOIN accounts_account a ON a.id = t.account_id WHERE t.source = %s GROUP BY a.id
"""
PULSES = """
    SELECT a.name, a.last_touch_at FROM accounts_account a JOIN accounts_externalid e ON e.account_id = a.id
    WHERE e.source = 'proof' AND a.last_touch_at IS NOT NULL
"""
ISSUES = "SELECT line, code FROM exchange_importissue WHERE job_id = %s AND level = 'error' ORDER BY line, id"
IN_HAND = """
    SELECT 1 FROM outbox_outboxmessage WHERE topic = 'import.requested' AND done_at IS NULL AND lease_until > now()
"""
ALL_OF_IT = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM touchpoints_touchpoint t"


class TooSlow(Exception):
    """The answer was 503: nothing was written, and `seconds` from now it is worth asking again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"503, again in {seconds} s")
        self.seconds = seconds


@dataclass
class Site:
    """A house with accounts and an administrator's token."""

    house: House
    token: str
    put_off: int = 0  # requests that were answered with 503

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
        """The JSON answered. Raises: AssertionError for a refusal, TooSlow for 503, OSError for no answer."""
        link = http.client.HTTPConnection(*self.house.address, timeout=120)
        try:
            link.request(method, path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
            answer = link.getresponse()
            text = answer.read()
        finally:
            link.close()
        if answer.status == 503:
            raise TooSlow(int(answer.headers["Retry-After"]))
        assert answer.status < 400, f"{method} {path}: {answer.status} {text[:500]!r}"
        return json.loads(text)

    def send_file(self, plan: Plan, source: str) -> str:
        """Ask for an import of the plan's lines; the id of the job."""
        fields = {"kind": "touchpoints", "mapping": json.dumps(MAPPING), "defaults": json.dumps({"source": source})}
        parts = [f'--{EDGE}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        parts += [f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="proof.csv"\r\n\r\n']
        body = "".join([*parts, *plan.lines(), f"\r\n--{EDGE}--\r\n"]).encode()
        return str(self.ask("POST", "/api/v1/imports", body, f"multipart/form-data; boundary={EDGE}")["id"])

    def send_items(self, plan: Plan, source: str, numbers: Sequence[int]) -> list[int]:
        """Log these by one `bulk`; those that were refused. As docs/api.md says of 503: wait and send it again."""
        body = json.dumps({"items": [plan.item(n, source) for n in numbers]}).encode()
        for _ in range(TRIES):
            try:
                answer = self.ask("POST", "/api/v1/touchpoints/bulk", body)
            except TooSlow as busy:
                self.put_off += 1
                time.sleep(busy.seconds)
                continue
            return [n for n, one in zip(numbers, answer["items"], strict=True) if one["status"] not in (200, 201)]
        raise AssertionError(f"503 {TRIES} times in a row")

    def counted(self, source: str) -> dict[str, tuple[int, datetime]]:
        """As Plan.by_account says it."""
        return {name: (count, newest) for name, count, newest in self.house.rows(PER_ACCOUNT, source)}

    def pulses(self) -> dict[str, datetime]:
        """As the function of this name says it, of whoever was ever touched."""
        return dict(self.house.rows(PULSES))

    def rejected(self, job: str) -> list[tuple[int, str]]:
        return self.house.rows(ISSUES, job)

    def all_of_it(self) -> list[tuple[Any, ...]]:
        return self.house.rows(ALL_OF_IT)


def open_site(house: House, accounts: int) -> Site:
    """Accounts by the shell, each known to the source "proof" by its name."""
    furnish = FURNISH.format(count=accounts, email=EMAIL)
    token = house.manage("shell", "-c", furnish, FIRST_PASSWORD="correct horse battery staple").split()[-1]
    house.rows(KNOW_THEM)
    house.rows("ANALYZE")
    return Site(house, token)


@dataclass
class Watch:
    """The most memory that a process of the worker ever took, looked at five times a second."""

    house: House
    peak_kib: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watch":
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()

    def _look(self) -> None:
        while not self.over.wait(0.2):
            worker = str(self.house.pid("worker"))
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    of_worker = (folder / "stat").read_text().rpartition(")")[2].split()[3] == worker
                    status = (folder / "status").read_text() if of_worker else ""
                except OSError:  # gone meanwhile
                    continue
                if "VmHWM:" in status:
                    self.peak_kib = max(self.peak_kib, int(status.partition("VmHWM:")[2].split()[0]))


def see_through(site: Site, job: str, *, kill_at: Sequence[int]) -> dict[str, Any]:
    """Wait until the import is over; the report.

    Whenever it has come so many rows far and the worker has the next chunk in hand, the worker is killed.
    """
    waiting = list(kill_at)
    while True:
        report = site.ask("GET", f"/api/v1/imports/{job}")
        if report["status"] in ("done", "failed", "cancelled"):
            assert not waiting, f"over before it was killed at {waiting}"
            return dict(report)
        if waiting and report["rows"]["total"] >= waiting[0] and site.house.rows(IN_HAND):
            waiting.pop(0)
            kill_worker(site.house)
        time.sleep(0.05)


def kill_worker(house: House) -> None:
    """With SIGKILL; the five minutes pass after which another takes up what it had in hand."""
    house.kill("worker")
    house.rows(FIVE_MINUTES_PASS)
    house.tick()
