"""KAM_HOME: the folder with everything an installation keeps, and what is secret in it."""

import fcntl
import os
import signal
import tempfile
from pathlib import Path

from kam.embedded.binaries import User, can_enter
from kam.embedded.errors import CannotStart
from kam.embedded.folders import kept_secret, private_folder, write_private
from kam.embedded.process import end_leftover

CHECKOUT = Path(__file__).resolve().parents[2]
STOP_ORDER = ("beat", "worker", "web", "valkey", "postgres")


class Home:
    """The folders and files of one installation.

    postgres/ the database · files/ uploads · mail/ · logs/ · run/ records of our processes · run.env settings for
    manage.py · secret-key, database-password, demo-password. Secrets have mode 0600, folders 0700; KAM_HOME itself,
    if root makes it, may be passed through (0711), since PostgreSQL's user has to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for name in ("logs", "run", "mail", "files"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
        self._lock = (self.path / "run" / "lock").open("a+", encoding="ascii")

    def lock(self) -> None:
        """Be the only supervisor here, for as long as this process lives. Raises: CannotStart."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            raise CannotStart(f"kam already runs on {self.path} (process {self._lock.read().strip()}).") from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def record(self, name: str) -> Path:
        return self.path / "run" / f"{name}.json"

    def secret(self, name: str, *, length: int = 32) -> str:
        return kept_secret(self.path / name, length=length)

    def end_leftovers(self) -> list[str]:
        """End, in order, what a killed supervisor left running; the names of those it found."""
        fast = {"postgres": signal.SIGINT}
        return [n for n in STOP_ORDER if end_leftover(self.record(n), stop_signal=fast.get(n, signal.SIGTERM))]

    def write_environment(self, values: dict[str, str]) -> None:
        """run.env: what kam.settings reads where DATABASE_URL is not set."""
        write_private(self.path / "run.env", "".join(f"{name}={value}\n" for name, value in sorted(values.items())))

    def readable_place(self) -> Path:
        """A folder everyone can enter, outside KAM_HOME, remembered in KAM_HOME as the link `place`.

        Only root needs one: where `nobody` cannot reach KAM_HOME or the binaries.
        """
        link = self.path / "place"
        if not link.is_dir():
            place = Path(tempfile.mkdtemp(prefix="kam-", dir="/var/lib"))
            place.chmod(0o711)
            link.unlink(missing_ok=True)
            link.symlink_to(place)
        return link.resolve()

    def data_folder(self, user: User) -> Path:
        """Where the database lies, such that `user` can work there. Raises: CannotStart."""
        here, there = self.path / "postgres", self.path / "place" / "postgres"
        if there.is_dir():
            data = there.resolve()
        elif here.is_dir() or not user.popen:
            data = here
        else:
            here.mkdir(mode=0o700)
            os.chown(here, user.uid, -1)
            data = here
            if not can_enter(here, user):
                here.rmdir()
                data = private_folder(self.readable_place() / "postgres", owner=user.uid)
        if data.is_dir() and data.stat().st_uid != user.uid:
            raise CannotStart(f"The database in {data} belongs to user {data.stat().st_uid}: start kam as before.")
        return data
