"""One PostgreSQL cluster in a folder, as our child.

Reached only by a Unix socket in a folder only its owner enters, and only with the password. The app's role owns its
database and may create others (for tests); the cluster's superuser cannot log in at all.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from kam.embedded.binaries import User, postgres_bin, postgres_user
from kam.embedded.errors import CannotStart
from kam.embedded.process import Child, identity, wait_until

ROLE = DATABASE = "kam"
HBA = "local all postgres reject\nlocal all all scram-sha-256\n"
Command = list[str | Path]
# As docker-compose.yml has it. Memory is taken as it is used, and disk for the log only while much is written.
TUNING = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",  # else a large import writes every page again and again, checkpoint after checkpoint
    "jit": "off",  # short queries: compiling costs more than it saves
}
UTF8_BY_CODE_POINT = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")


class Postgres:
    """A cluster in `data`: `start()`, `wait_ready()`, `kill()` (as kill -9), `start()` again, `stop()`.

    `sockets`: a short folder that the user PostgreSQL runs as owns. `place`: makes a folder that user can enter, for
    a copy of the binaries if the installed ones are out of its reach. `password`: of the role `kam`, set when the
    cluster is made. `durable=False` (throwaway clusters) leaves out every fsync: a crash of the machine would lose
    data, a crash of the process does not.
    """

    def __init__(
        self,
        data: Path,
        *,
        sockets: Path,
        place: Callable[[], Path],
        password: str,
        log: Path,
        record: Path | None = None,
        durable: bool = True,
        max_connections: int = 80,
        user: User | None = None,
    ) -> None:
        self.data, self.sockets, self.password = data, sockets, password
        self.durable = durable
        self.user = user or postgres_user()
        self.bin = postgres_bin(place, self.user)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "max_connections": str(max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **TUNING,
        }
        if not durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}  # commits still survive kill -9
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.child = Child(
            "PostgreSQL",
            [self.bin / "postgres", "-D", data, *flags],
            log=log,
            record=record,
            env=self.environment(),
            user=self.user,
            stop_signal=signal.SIGINT,  # "fast": end the sessions, then write everything down
            patience=10.0,
        )

    def environment(self) -> dict[str, str]:
        """Nothing but the path: a PGDATA or a locale of the caller's must not reach the server."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def url(self, database: str = DATABASE) -> str:
        """DATABASE_URL for `database` (`//` before the folder tells django-environ that it is a socket)."""
        return f"postgres://{ROLE}:{self.password}@/{self.sockets}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, and start it. Raises: CannotStart."""
        if not (self.data / "PG_VERSION").exists():
            self.create()
        self.clear_lock()
        self.child.start()

    def create(self) -> None:
        """Make the cluster beside its place and move it there when complete: half a cluster is never started."""
        draft = self.data.with_name(f"{self.data.name}.draft")
        subprocess.run(["rm", "-rf", "--", draft], check=True)
        draft.mkdir(mode=0o700)
        if self.user.popen:
            os.chown(draft, self.user.uid, self.user.popen["group"])
        make: Command = ["initdb", "-D", draft, "-U", "postgres", "--auth=reject", "--no-sync", *UTF8_BY_CODE_POINT]
        self._do(make)
        # Single-user mode: so the role gets its password before anyone can connect, and the superuser needs none.
        single: Command = ["postgres", "--single", "-D", draft, *([] if self.durable else ["-F"]), "postgres"]
        role = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self.password}'\n"
        self._do(single, role + f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n")
        (draft / "pg_hba.conf").write_text(HBA, encoding="ascii")
        if self.durable:
            self._do(["initdb", "--sync-only", "-D", draft])
        if self.data.is_dir():
            self.data.rmdir()  # only ever an empty folder: a cluster would have had PG_VERSION
        draft.rename(self.data)

    def _do(self, command: Command, text: str = "") -> None:
        answer = subprocess.run(
            [self.bin / command[0], *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env=self.environment(),
            check=False,
            **self.user.popen,
        )
        if answer.returncode or "ERROR:" in answer.stderr or "FATAL:" in answer.stderr:
            said = (answer.stdout + answer.stderr).replace(self.password, "…")
            raise CannotStart(f"PostgreSQL could not make its data folder {self.data}:\n{said.strip()}")

    def clear_lock(self) -> None:
        """End a postmaster that a killed supervisor left on this folder; drop a lock that names somebody else.

        PostgreSQL believes any living process of the number in its lock file to be its postmaster, which after a
        restart of the machine (or in a container, where numbers are few) may be anyone. A lock of a process that is
        gone it clears itself. Raises: CannotStart if something still works on the folder.
        """
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        number = lock.read_text(encoding="utf-8").partition("\n")[0]
        workers = self.workers()
        if number.isdecimal() and int(number) in workers:
            os.kill(int(number), signal.SIGINT)
        if not wait_until(lambda: not self.workers(), 10.0):
            raise CannotStart(f"Another PostgreSQL works on {self.data} and does not stop: {self.workers()}.")
        if not number.isdecimal() or identity(int(number)):
            lock.unlink(missing_ok=True)

    def workers(self) -> list[int]:
        """The processes at work in this folder: postmaster and backends, also of an earlier start (Linux only)."""
        here, found = self.data.resolve(), []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended meanwhile, or not ours to look at
                if (entry / "cwd").readlink() == here:
                    found.append(int(entry.name))
        return found

    def ready(self) -> bool:
        """Whether it takes connections."""
        ask: Command = [self.bin / "pg_isready", "-q", "-h", self.sockets, "-U", ROLE, "-d", DATABASE]
        return subprocess.run(ask, cwd="/", env=self.environment(), check=False).returncode == 0

    def wait_ready(self, seconds: float = 30.0) -> None:
        """Return when it takes connections. Raises: CannotStart with the end of its log."""
        wait_until(lambda: not self.child.running or self.ready(), seconds)
        if not self.child.running or not self.ready():
            raise CannotStart(
                f"PostgreSQL did not start on {self.data}. Its log {self.child.log} ends:\n{self.child.last_words()}"
            )

    def kill(self) -> None:
        """SIGKILL for the postmaster; returns when its backends have noticed and left, so that `start()` may follow."""
        self.child.kill()
        wait_until(lambda: not self.workers(), 10.0)

    def stop(self) -> None:
        self.child.stop()
