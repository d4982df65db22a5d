"""`make run`: the whole of kam on one machine, from the servers to the sign-in page."""

import contextlib
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from kam.embedded.binaries import postgres_user
from kam.embedded.errors import CannotStart, Interrupted
from kam.embedded.folders import socket_folder
from kam.embedded.home import CHECKOUT, Home
from kam.embedded.postgres import Postgres
from kam.embedded.process import Child
from kam.embedded.supervisor import Supervisor, say
from kam.embedded.valkey import Valkey

QUEUES = "db,mail,webhook"
RECOVERY_S = 600  # killed in the middle of a large import, PostgreSQL reads its log again before it takes connections
PYTHON = sys.executable
QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # it has no peers to talk to


class Run:
    """One `make run`. `given`: the caller's environment."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.port = read_port(given.get("PORT") or "8000")
        self.home = Home(Path(given.get("KAM_HOME") or CHECKOUT / "var"))
        self.supervisor = Supervisor()
        self.sockets: set[Path] = set()

    def go(self) -> int:
        """Start, keep, stop; the exit code."""
        self.supervisor.listen()
        try:
            self.home.lock()
            if left := self.home.end_leftovers():
                say(f"kam: ended what an earlier start left behind: {', '.join(left)}.")
            check_free(self.port)
            self.start()
            self.supervisor.keep()
        except Interrupted:
            pass
        except CannotStart as error:
            say(f"kam could not start. {error}")
            return 1
        finally:
            self.supervisor.stop()
            for folder in self.sockets:
                with contextlib.suppress(OSError):  # not empty: the next start uses it again
                    folder.rmdir()
        say("kam has stopped.")
        return 0

    def start(self) -> None:
        """Servers, then migrations and demo data, then the web: nobody reaches an unfinished database."""
        env = {**self.given, **self.servers()}
        news = self.prepare(env)
        self.web(env)
        self.supervisor.start(self.celery("worker", "-Q", QUEUES, "-c", "2", *QUIET_WORKER, env=env))
        # Beat keeps no state: what is due is decided from PostgreSQL.
        self.supervisor.start(self.celery("beat", "--scheduler", "celery.beat:Scheduler", env=env))
        say(f"kam is ready at http://127.0.0.1:{self.port}/")
        say(f"{news}Mail goes to files in {self.home.path / 'mail'}, logs to {self.home.path / 'logs'}.")

    def servers(self) -> dict[str, str]:
        """Start PostgreSQL and Valkey unless the caller brings both; the settings of the app for them."""
        own = [name for name in ("DATABASE_URL", "REDIS_URL") if self.given.get(name)]
        if len(own) == 1:
            raise CannotStart(f"Only {own[0]} is set: set both DATABASE_URL and REDIS_URL, or neither.")
        values = {
            "KAM_HOME": str(self.home.path),
            "KAM_HTTPS": self.given.get("KAM_HTTPS") or "off",
            "SECRET_KEY": self.given.get("SECRET_KEY") or self.home.secret("secret-key", length=48),
            "ALLOWED_HOSTS": self.given.get("ALLOWED_HOSTS") or "127.0.0.1,localhost,[::1]",
        }
        if own:
            return values
        user = postgres_user()
        for_postgres, for_valkey = socket_folder(self.home.path, owner=user.uid), socket_folder(self.home.path)
        self.sockets = {for_postgres, for_valkey}
        postgres = Postgres(
            self.home.data_folder(user),
            sockets=for_postgres,
            place=self.home.readable_place,
            password=self.home.secret("database-password", length=24),
            log=self.home.log("postgres"),
            record=self.home.record("postgres"),
            user=user,
        )
        valkey = Valkey(for_valkey, log=self.home.log("valkey"), record=self.home.record("valkey"))
        self.supervisor.start(postgres.child, postgres.start)
        self.supervisor.start(valkey.child)
        self.supervisor.wait_for(lambda: postgres.ready() or not postgres.child.running, RECOVERY_S)
        postgres.wait_ready()
        valkey.wait_ready()
        values |= {"DATABASE_URL": postgres.url(), "REDIS_URL": valkey.url}
        self.home.write_environment({name: value for name, value in values.items() if name != "KAM_HOME"})
        return values

    def prepare(self, env: Mapping[str, str]) -> str:
        """`manage.py prepare`: migrations, cache table, demo company. What it tells people, e.g. how to sign in."""
        if env.get("KAM_DEMO", "").lower() != "off" and not env.get("KAM_DEMO_PASSWORD"):
            env = {**env, "KAM_DEMO_PASSWORD": self.home.secret("demo-password", length=9)}
        log = self.home.log("prepare")
        with log.open("wb") as errors:
            task = subprocess.Popen(
                [PYTHON, "manage.py", "prepare"], cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=errors,
                stdin=subprocess.DEVNULL, start_new_session=True, text=True,
            )  # fmt: skip
            try:
                self.supervisor.wait_for(lambda: task.poll() is not None, 600)
            finally:
                if task.poll() is None:
                    task.kill()
                news, _ = task.communicate()
        if task.returncode:
            raise CannotStart(f"Preparing the database failed (whole log: {log}):\n{log.read_text()[-2000:]}")
        return news

    def web(self, env: Mapping[str, str]) -> None:
        """Start gunicorn and wait until it answers."""
        argv = [
            *(PYTHON, "-m", "gunicorn", "kam.wsgi", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", env.get("KAM_WEB_CONCURRENCY") or "2", "--preload", "--timeout", "60"),
            *("--graceful-timeout", "4", "--no-control-socket"),
        ]
        web = self.child("web", argv, env=env)
        self.supervisor.start(web)
        answered = self.supervisor.wait_for(lambda: not web.running or answers(self.port), 60)
        if not answered or not web.running:
            raise CannotStart(f"The web server did not start. Its log {web.log} ends:\n{web.last_words()}")

    def celery(self, name: str, *options: str, env: Mapping[str, str]) -> Child:
        argv = [PYTHON, "-m", "celery", "-A", "kam.celery", name, "--loglevel", "WARNING", *options]
        return self.child(name, argv, env=env)

    def child(self, name: str, argv: list[str], *, env: Mapping[str, str]) -> Child:
        return Child(name, argv, log=self.home.log(name), record=self.home.record(name), env=env, cwd=CHECKOUT)


def read_port(text: str) -> int:
    """Raises: CannotStart."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT={text} is no port number.")
    return int(text)


def check_free(port: int) -> None:
    """Raises: CannotStart if somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}). Try another: PORT={port + 1} make run"
            ) from None


def answers(port: int) -> bool:
    """Whether /readyz says 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:  # noqa: S310 (our own)
            return answer.status == 200
    except (OSError, urllib.error.HTTPError):
        return False


def run() -> int:
    return Run(os.environ).go()
