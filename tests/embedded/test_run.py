"""`make run` as a whole: it starts, keeps, stops and recovers."""

import os
import signal
import socket
import stat
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.embedded.conftest import NAMES, Mini, free_port, until

pytestmark = pytest.mark.faults


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_run_whole_life(mini: Mini) -> None:
    """Ready, secrets closed, every killed child back, SIGTERM to the whole group leaves nothing."""
    process = mini.start()

    assert f"kam is ready at http://127.0.0.1:{mini.port}/\nstart number 1\n" in mini.output
    assert urllib.request.urlopen(f"http://127.0.0.1:{mini.port}/").read() == b"ok"
    assert {n: mode(mini.home / n) for n in ("run.env", "secret-key", "database-password", "demo-password")} == {
        "run.env": 0o600,
        "secret-key": 0o600,
        "database-password": 0o600,
        "demo-password": 0o600,
    }
    assert [mode(mini.home / n) for n in ("logs", "run", "mail", "files")] == [0o700] * 4
    assert mode(mini.data) == 0o700

    before = mini.pids()
    assert sorted(before) == sorted(NAMES)
    for name in ("beat", "worker", "web", "valkey", "postgres"):
        os.kill(before[name], signal.SIGKILL)
    assert until(lambda: all(mini.pids()[name] != pid for name, pid in before.items()), 20), mini.output
    ticks = mini.home / "ticks"
    seen = ticks.stat().st_size if ticks.exists() else 0
    again = until(lambda: ticks.exists() and ticks.stat().st_size > seen + 1, 30)
    assert again, f"beat, Valkey and worker work together again\n{mini.logs()}"

    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(30) == 0, mini.output
    assert mini.output.endswith("kam has stopped.\n")
    assert mini.alive() == []
    assert mini.pids() == {}


def test_run_after_sigkill_of_the_supervisor_cleans_up_and_keeps_the_data(mini: Mini) -> None:
    mini.start()
    left = mini.pids()
    os.killpg(mini.supervisors[0].pid, signal.SIGKILL)
    mini.supervisors[0].wait()
    assert len(mini.alive()) >= 5, "the supervisor's death leaves its children: there is something to clean up"

    again = mini.start()

    assert "ended what an earlier start left behind: beat, worker, web, valkey, postgres." in mini.output
    assert "start number 2" in mini.output
    assert all(mini.pids()[name] != pid for name, pid in left.items())
    os.killpg(again.pid, signal.SIGINT)
    assert again.wait(30) == 0
    assert mini.alive() == []


def test_run_twice_on_one_home_is_refused(mini: Mini) -> None:
    mini.start()
    second = subprocess.run(
        mini.supervisors[0].args,
        cwd=mini.folder / "checkout",
        env=mini.environment(PORT=str(free_port())),
        capture_output=True,
        text=True,
    )
    assert (second.returncode, "already runs" in second.stdout) == (1, True)
    assert len(mini.pids()) == 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PORT": "eighty"}, "PORT=eighty is no port number"),
        ({"DATABASE_URL": "postgres://x/y"}, "Only DATABASE_URL is set"),
    ],
)
def test_run_with_unusable_settings_says_why(mini: Mini, given: dict[str, str], words: str) -> None:
    process = mini.run(**given)
    assert process.wait(15) == 1
    assert words in mini.output
    assert mini.alive() == []


def test_run_on_a_taken_port_names_another(mini: Mini) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", mini.port))
        taken.listen()
        assert mini.run().wait(15) == 1
    assert f"PORT={mini.port + 1} make run" in mini.output


def test_run_with_a_failing_preparation_stops_the_servers(mini: Mini) -> None:
    (mini.folder / "checkout" / "manage.py").write_text("raise SystemExit('no such migration')")
    assert mini.run().wait(20) == 1
    assert "Preparing the database failed" in mini.output
    assert "no such migration" in mini.output
    assert mini.alive() == []
