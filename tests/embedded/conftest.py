"""A checkout in miniature: the real supervisor, and an app of twenty lines, so that a start takes a second."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import kam.embedded
from kam.embedded.process import identity

APP = {
    "kam/__init__.py": "",
    "kam/wsgi.py": """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
""",
    "kam/celery.py": """
import os
from celery import Celery
app = Celery("mini", broker=os.environ["REDIS_URL"].replace("unix://", "redis+socket://", 1))
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 0.5, "options": {"queue": "db"}}}
@app.task(name="tick")
def tick():
    with open(os.environ["KAM_HOME"] + "/ticks", "a") as file:
        file.write("x")
""",
    "manage.py": """
import os, sys, environ, psycopg2
assert sys.argv[1:] == ["prepare"]
url = environ.Env.db_url_config(os.environ["DATABASE_URL"])
link = psycopg2.connect(host=url["HOST"], user=url["USER"], password=url["PASSWORD"], dbname=url["NAME"])
with link, link.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS start (at timestamptz DEFAULT now())")
    cursor.execute("INSERT INTO start DEFAULT VALUES")
    cursor.execute("SELECT count(*) FROM start")
    print("start number", cursor.fetchone()[0])
""",
}
# pytest-django exports the name of the settings; a Celery that finds it there sets up Django before anything else.
SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE")
NAMES = ("postgres", "valkey", "web", "worker", "beat")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@dataclass
class Mini:
    """One small installation. `start()` begins a `run` and waits for its ready line."""

    folder: Path
    home: Path
    port: int = field(default_factory=free_port)
    supervisors: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def output(self) -> str:
        return (self.folder / "out").read_text()

    def environment(self, **more: str) -> dict[str, str]:
        base = {k: v for k, v in os.environ.items() if not k.startswith("KAM_") and k not in SETTINGS}
        return base | {"PORT": str(self.port), "KAM_HOME": str(self.home)} | more

    def run(self, **more: str) -> subprocess.Popen[bytes]:
        """Start without waiting, in a group of its own, as a terminal does."""
        with (self.folder / "out").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "kam.embedded", "run"],
                cwd=self.folder / "checkout",
                env=self.environment(**more),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.supervisors.append(process)
        return process

    def start(self) -> subprocess.Popen[bytes]:
        process = self.run()
        until(lambda: "Mail goes to" in self.output or process.poll() is not None, 30)
        assert "kam is ready at" in self.output, self.output
        return process

    def logs(self) -> str:
        """What everybody said, for a failing assertion."""
        return self.output + "\n".join(f"{path.name}: {path.read_text()}" for path in self.home.glob("logs/*.log"))

    @property
    def data(self) -> Path:
        """The database's folder: for root it may lie in a place of its own."""
        there = self.home / "place" / "postgres"
        return there if there.is_dir() else self.home / "postgres"

    def pids(self) -> dict[str, int]:
        records = {name: self.home / "run" / f"{name}.json" for name in NAMES}
        return {name: json.loads(path.read_text())["pid"] for name, path in records.items() if path.is_file()}

    def alive(self) -> list[str]:
        """Command lines of processes that belong to this installation: they name its home or its sockets."""
        found = []
        sockets = hashlib.sha256(bytes(self.home)).hexdigest()[:10]
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if identity(int(entry.name)) and (
                str(self.home) in command
                or sockets in command
                or f"KAM_HOME={self.home}".encode() in environment.split(b"\0")
            ):
                found.append(f"{entry.name} {command}")
        return found

    def end(self) -> None:
        for process in self.supervisors:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)


@pytest.fixture
def mini(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mini]:
    folder = tmp_path_factory.mktemp("mini")
    for name, text in APP.items():
        path = folder / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copytree(Path(kam.embedded.__file__).parent, folder / "checkout" / "kam" / "embedded")
    made = Mini(folder, folder / "home")
    yield made
    made.end()
    place = made.home / "place"
    if place.is_symlink():
        shutil.rmtree(place.resolve())
