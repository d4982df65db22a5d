"""A child process we own: its log, its record on disk, its end.

Each child leads a session of its own, so that a signal to our terminal's group reaches us alone and the order of
stopping is ours. The record (pid and start time) lets the next start find what a killed supervisor left behind.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kam.embedded.binaries import User
from kam.embedded.folders import write_private

LOG_LIMIT = 10 * 2**20
PAUSE = 0.03


def identity(pid: int) -> str | None:
    """What tells this process from a later one with the same number; None if it has ended."""
    proc = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = proc.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal every process of the session that `pid` leads or led, if any is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def write_record(path: Path, pid: int) -> None:
    """Keep which process this is, for the next start."""
    write_private(path, json.dumps({"pid": pid, "identity": identity(pid)}))


def recorded(path: Path) -> tuple[int, str | None] | None:
    """The process a record means: its number, and its identity then. None without a readable record."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return kept["pid"], kept["identity"]


class Child:
    """One process: start, stop, kill -9, start again.

    `patience`: seconds between the polite signal and SIGKILL. `record`: where pid and start time are kept.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        record: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: User | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = 6.0,
    ) -> None:
        self.name, self.argv, self.log, self.record = name, argv, log, record
        self.env, self.cwd, self.user = env, cwd, user
        self.stop_signal, self.patience = stop_signal, patience
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the running (or last) process. Raises: RuntimeError if it was never started."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative = by that signal; None while it runs."""
        return None if self.process is None else self.process.poll()

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd or "/",
                start_new_session=True,
                **(self.user.popen if self.user else {}),
            )
        if self.record:
            write_record(self.record, self.pid)

    def stop(self) -> None:
        """End it politely, then for certain; nothing of its session stays."""
        if self.process is None:
            return
        if self.running:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        self.kill()
        if self.record:
            self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL for the process and whatever its session still holds; returns when it is gone."""
        if self.process is None:
            return
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        if not self.log.is_file():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def end_leftover(record: Path, *, stop_signal: signal.Signals = signal.SIGTERM, patience: float = 6.0) -> bool:
    """End the process a dead supervisor left, if its record still means that very process. True if there was one."""
    kept = recorded(record)
    if kept is None:
        return False
    pid, known = kept
    found = known is not None and identity(pid) == known
    if found:
        os.kill(pid, stop_signal)
        wait_until(lambda: identity(pid) != known, patience)
    if found or identity(pid) is None:  # the leader is gone for good; its group, if any, is still the one it led
        signal_group(pid, signal.SIGKILL)
        wait_until(lambda: identity(pid) != known, patience)
    record.unlink(missing_ok=True)
    return found
