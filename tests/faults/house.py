"""A whole installation in a folder of its own, started the way `make run` starts it: to be killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg2
import psycopg2.extensions

from kam.embedded import supervisor
from kam.embedded.errors import CannotStart
from kam.embedded.home import CHECKOUT, Home
from kam.embedded.process import identity, signal_group, wait_until
from kam.embedded.run import Run

SHORT, PREFIX = Path("/tmp"), "kam-faults-"  # short: the path of a socket is limited to about 100 bytes
SERVERS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PGOPTIONS")
NAMES = ("PostgreSQL", "Valkey", "web", "worker", "beat")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Waits for us to end, however that happens, SIGKILL included; what we could not stop it does.
GUARD = """import pathlib, sys
from tests.faults.house import clear
sys.stdin.read()
clear(pathlib.Path(sys.argv[1]))
"""
AGAIN_S = 0.3  # the supervisor's pause before a restart, which for people doubles up to 10 s


@dataclass(frozen=True)
class Kill:
    """A process that lived, got SIGKILL and was seen dead."""

    name: str
    pid: int


class House:
    """PostgreSQL (fsync on), Valkey, gunicorn, worker and beat as children of the product's own supervisor code."""

    def __init__(self, folder: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("KAM_") and k not in SERVERS}
        given = {"PORT": str(free_port()), "KAM_HOME": str(folder), "KAM_DEMO": "off", "KAM_LOG_LEVEL": "WARNING"}
        given["KAM_ENV"] = "test"  # no collected static files needed
        self.run = Run(kept | given)
        self.kills: list[Kill] = []
        self._turn = threading.RLock()  # killing and restarting take turns
        self._left_alone: set[str] = set()
        self._over = threading.Event()
        self._tending = threading.Thread(target=self._tend, name="supervisor")

    def start(self) -> None:
        self.run.home.lock()
        self.run.start()
        self.kept = {kept.child.name: kept for kept in self.run.supervisor.kept}
        assert tuple(self.kept) == NAMES
        self.environment = dict(self.kept["web"].child.env or {})
        self._tending.start()

    def stop(self) -> None:
        self._over.set()
        if self._tending.ident:
            self._tending.join()
        self.run.supervisor.stop()
        for folder in self.run.sockets:
            shutil.rmtree(folder, ignore_errors=True)

    def _tend(self) -> None:
        while not self._over.wait(0.05):
            for name in NAMES:
                with self._turn:
                    if name not in self._left_alone:
                        self._tend_one(name)

    # Killing

    def pid(self, name: str) -> int:
        return self.kept[name].child.pid

    def kill(self, name: str, *, whole: bool = True) -> Kill:
        """SIGKILL for a living child: its whole session, or its leader alone, whose orphans then stay for a moment."""
        with self._turn:
            assert wait_until(lambda: self._tend_one(name), 10), f"{name} did not come back"
            pid = self.pid(name)
            known = identity(pid)
            assert known is not None, f"{name} was dead already"
            if whole:
                signal_group(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)
            assert wait_until(lambda: identity(pid) != known, 5), f"{name} survived SIGKILL"
            self.kills.append(Kill(name, pid))
            return self.kills[-1]

    def _tend_one(self, name: str) -> bool:
        """Start it again if that is due; whether it runs."""
        self.kept[name].tend(time.monotonic())
        return self.kept[name].child.running

    @contextlib.contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Killed, and not started again before the block ends."""
        with self._turn:
            self._left_alone.add(name)
            self.kill(name)
        try:
            yield
        finally:
            self._left_alone.discard(name)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Alive but silent (SIGSTOP); killed at the end, so that nothing it had been sent is read later."""
        with self._turn:
            os.kill(self.pid(name), signal.SIGSTOP)
        try:
            yield
        finally:
            self.kill(name)

    def tick(self) -> None:
        """Have beat tick now: a beat that comes back does so at once."""
        self.kill("beat")

    # Asking

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.run.port

    def connect(self) -> psycopg2.extensions.connection:
        url = environ.Env.db_url_config(self.environment["DATABASE_URL"])
        named = {"host": url["HOST"], "user": url["USER"], "password": url["PASSWORD"], "dbname": url["NAME"]}
        return psycopg2.connect(**named, connect_timeout=5)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What SQL says, past the app; changes are committed."""
        with contextlib.closing(self.connect()) as link, link, link.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def holding(self, lock: str, *values: Any) -> Iterator[None]:
        """Hold what the statement `lock` locks."""
        with contextlib.closing(self.connect()) as link, link.cursor() as cursor:
            cursor.execute(lock, values or None)
            yield  # closing ends the transaction, also where PostgreSQL was killed meanwhile

    def until(self, what: str, condition: Callable[[], Any], seconds: float) -> Any:
        """The first truthy answer; fails with the ends of all logs. A PostgreSQL just restarting is no answer."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(psycopg2.OperationalError):
                if found := condition():
                    return found
            assert time.monotonic() < end, f"Not within {seconds:g} s: {what}\n{self.last_words()}"
            time.sleep(0.05)

    def last_words(self) -> str:
        return "\n".join(f"--- {name}\n{kept.child.last_words(12)}" for name, kept in self.kept.items())

    def manage(self, *argv: str, **variables: str) -> str:
        """Run manage.py here; what it prints."""
        command = [sys.executable, "manage.py", *argv]
        env = self.environment | variables
        return subprocess.run(command, cwd=CHECKOUT, env=env, check=True, capture_output=True, text=True).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sweep() -> None:
    """End and remove what is left of houses whose test run was itself killed with SIGKILL."""
    for folder in SHORT.glob(f"{PREFIX}*"):
        if not folder.is_symlink() and folder.stat().st_uid == os.geteuid():
            clear(folder)


def clear(folder: Path) -> None:
    """One of them, unless somebody is at work there."""
    if folder.exists():
        home = Home(folder)
        with contextlib.suppress(CannotStart):
            home.lock()
            home.end_leftovers()
            remove(folder)


def remove(folder: Path) -> None:
    place = folder / "place"  # where root's PostgreSQL went if it could not reach the folder
    if place.is_symlink():
        shutil.rmtree(place.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def open_house() -> Iterator[House]:
    """A house that runs, and no process or file of it afterwards, also if we are told to end meanwhile, or killed."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=SHORT))
    watching = [sys.executable, "-c", GUARD, str(folder)]
    guard = subprocess.Popen(watching, cwd=CHECKOUT, stdin=subprocess.PIPE, start_new_session=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL passes through as nobody
    before = {number: signal.signal(number, interrupt) for number in ENDING}
    waits = supervisor.FIRST_WAIT, supervisor.LONGEST_WAIT
    supervisor.FIRST_WAIT = supervisor.LONGEST_WAIT = AGAIN_S
    house = House(folder)
    try:
        house.start()
        yield house
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # told once more: we are at it
        house.stop()
        supervisor.FIRST_WAIT, supervisor.LONGEST_WAIT = waits
        remove(folder)
        guard.communicate()
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
