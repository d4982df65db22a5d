"""Keeps children running: starts them in order, restarts what dies, stops them in the opposite order."""

import contextlib
import signal
import time
from collections.abc import Callable
from types import FrameType

from kam.embedded.errors import CannotStart, Interrupted
from kam.embedded.process import PAUSE, Child

FIRST_WAIT, LONGEST_WAIT, STEADY = 0.5, 10.0, 30.0  # seconds


def say(text: str) -> None:
    """Print a line; a terminal that is gone must not keep us from stopping what we started."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


class Kept:
    """A child that is started again when it ends: after 0.5 s, then twice as long each time up to 10 s.

    Having run for 30 s counts as healthy and starts the waiting anew. `start` may be more than the child's own
    (PostgreSQL clears its lock file first).
    """

    def __init__(self, child: Child, start: Callable[[], None] | None = None) -> None:
        self.child, self.start_child = child, start or child.start
        self.started_at, self.wait = 0.0, 0.0
        self.due_at: float | None = None

    def start(self, now: float) -> None:
        self.start_child()
        self.started_at, self.due_at = now, None

    def tend(self, now: float) -> None:
        """Notice an end, and start again when its wait is over."""
        if self.child.running:
            return
        if self.due_at is None:
            self.note_end(now)
        elif now >= self.due_at:
            try:
                self.start(now)
            except (CannotStart, OSError) as error:
                self.started_at, self.due_at = now, None
                say(f"kam: {self.child.name} could not start: {error}")

    def note_end(self, now: float) -> None:
        self.child.kill()  # what its session still holds, e.g. web workers on our port
        healthy = now - self.started_at > STEADY
        self.wait = FIRST_WAIT if healthy else min(max(self.wait * 2, FIRST_WAIT), LONGEST_WAIT)
        self.due_at = now + self.wait
        say(f"kam: {self.child.name} ended ({self.child.exit_code}); again in {self.wait:g} s. Log: {self.child.log}")


class Supervisor:
    """Children in the order they were started; the last started stops first."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.stopping = False

    def listen(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal mean: stop in order. Repeating them changes nothing."""

        def note(number: int, frame: FrameType | None) -> None:
            self.stopping = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, note)

    def start(self, child: Child, start: Callable[[], None] | None = None) -> None:
        """Start a child and keep it running. Raises: Interrupted if we are stopping."""
        if self.stopping:
            raise Interrupted
        kept = Kept(child, start)
        self.kept.append(kept)
        kept.start(time.monotonic())

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether the condition came true in time. Raises: Interrupted as soon as we are asked to stop."""
        end = time.monotonic() + seconds
        while not condition():
            if self.stopping:
                raise Interrupted
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE)
        return True

    def keep(self) -> None:
        """Keep everything running until we are asked to stop."""
        while not self.stopping:
            for kept in self.kept:
                kept.tend(time.monotonic())
            time.sleep(0.1)

    def stop(self) -> None:
        for kept in reversed(self.kept):
            kept.child.stop()
        self.kept.clear()
