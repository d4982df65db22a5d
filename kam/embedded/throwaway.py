"""PostgreSQL and Valkey in a temporary folder, gone when one is done: for tests."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from stat import S_ISDIR
from types import FrameType, TracebackType
from typing import Self

from kam.embedded.binaries import postgres_user
from kam.embedded.folders import private_folder
from kam.embedded.postgres import Postgres
from kam.embedded.process import end_leftover, identity, recorded, write_record
from kam.embedded.valkey import Valkey

# Short, and here whatever TMPDIR says: a socket's whole path must stay below about 100 bytes.
SHORT, PREFIX = Path("/tmp"), "kam-test-"  # noqa: S108


def sweep() -> None:
    """End and remove what our throwaway servers left whose owner was killed (SIGKILL cannot be caught)."""
    for folder in SHORT.glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
        except FileNotFoundError:  # swept by another just now
            continue
        owner = recorded(folder / "owner.json") if found.st_uid == os.geteuid() and S_ISDIR(found.st_mode) else None
        if owner is None or identity(owner[0]) == owner[1]:
            continue
        for name in ("valkey", "postgres"):
            end_leftover(folder / f"{name}.json", stop_signal=signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


class Throwaway:
    """`with Throwaway() as servers: servers.environment()`: both servers ready, and no trace of them afterwards.

    `servers.postgres` and `servers.valkey` can be killed and started again inside.
    """

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=SHORT))
        write_record(self.folder / "owner.json", os.getpid())
        user = postgres_user()
        self.folder.chmod(0o711)  # ours, just made: PostgreSQL's user passes through to its own folder
        self.postgres = Postgres(
            self.folder / "data",
            sockets=private_folder(self.folder / "pg", owner=user.uid),
            place=lambda: self.folder,
            password=secrets.token_urlsafe(16),
            log=self.folder / "postgres.log",
            record=self.folder / "postgres.json",
            durable=False,
            max_connections=100,
            user=user,
        )
        self.valkey = Valkey(
            private_folder(self.folder / "valkey"),
            log=self.folder / "valkey.log",
            record=self.folder / "valkey.json",
        )

    def environment(self) -> dict[str, str]:
        """The variables kam's settings want, for these servers, over the caller's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAM_")}
        return kept | {
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": "*",
            "KAM_HTTPS": "off",
            "KAM_ENV": "test",
            "KAM_HOME": str(private_folder(self.folder / "home")),
        }

    def __enter__(self) -> Self:
        try:
            self.postgres.start()
            self.valkey.start()
            self.postgres.wait_ready()
            self.valkey.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def execute(argv: Sequence[str]) -> int:
    """Run a command on throwaway servers and return its exit code; signals to us end it, then the servers."""
    running: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        if not running:
            raise SystemExit(128 + number)
        if number != signal.SIGINT:  # Ctrl-C reaches the command by itself: it shares our terminal
            running[0].send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    with Throwaway() as servers:
        running.append(subprocess.Popen(argv, env=servers.environment()))
        code = running[0].wait()
    return code if code >= 0 else 128 - code


def execute_outside(argv: Sequence[str]) -> int:
    """Run a command on the servers that DATABASE_URL and REDIS_URL name: nothing is embedded."""
    defaults = {"SECRET_KEY": secrets.token_urlsafe(48), "ALLOWED_HOSTS": "*", "KAM_HTTPS": "off", "KAM_ENV": "test"}
    return subprocess.run(argv, env={**defaults, **os.environ}, check=False).returncode
