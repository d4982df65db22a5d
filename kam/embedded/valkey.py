"""One Valkey, as our child. It keeps nothing on disk: whatever it holds is a hint, the facts are in PostgreSQL."""

import socket
from pathlib import Path

from kam.embedded.binaries import valkey_server
from kam.embedded.errors import CannotStart
from kam.embedded.process import Child, wait_until


class Valkey:
    """A Valkey on a Unix socket in `folder`, which only we can enter: `start()`, `wait_ready()`, `kill()`, `stop()`."""

    def __init__(self, folder: Path, *, log: Path, record: Path | None = None) -> None:
        self.socket = folder / "valkey.sock"
        options = {"port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(folder)}
        options |= {"save": "", "appendonly": "no", "maxmemory": "128mb", "maxmemory-policy": "noeviction"}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.child = Child("Valkey", [valkey_server(), *flags], log=log, record=record)

    @property
    def url(self) -> str:
        """REDIS_URL."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.child.start()

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(1)
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def wait_ready(self, seconds: float = 10.0) -> None:
        """Return when it answers. Raises: CannotStart with the end of its log."""
        wait_until(lambda: not self.child.running or self.ready(), seconds)
        if not self.child.running or not self.ready():
            raise CannotStart(f"Valkey did not start. Its log {self.child.log} ends:\n{self.child.last_words()}")

    def kill(self) -> None:
        """SIGKILL."""
        self.child.kill()

    def stop(self) -> None:
        self.child.stop()
