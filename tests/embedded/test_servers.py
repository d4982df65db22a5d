"""Throwaway servers and the order in which children stop."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from kam.embedded.process import Child, end_leftover, identity, recorded
from kam.embedded.supervisor import Supervisor
from kam.embedded.throwaway import Throwaway
from tests.embedded.conftest import SETTINGS, until


def test_throwaway_servers_survive_kill_and_leave_nothing() -> None:
    with Throwaway() as servers:
        address = {
            "host": servers.postgres.sockets,
            "user": "kam",
            "password": servers.postgres.password,
            "dbname": "kam",
        }
        link = psycopg2.connect(**address)
        with link, link.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)
        for server in (servers.postgres, servers.valkey):
            server.kill()
            server.start()
            server.wait_ready()
        with psycopg2.connect(**address).cursor() as cursor:
            cursor.execute("SELECT n FROM kept")
            assert cursor.fetchone() == (7,)
        for wrong in ({"password": "guess"}, {"user": "postgres"}):
            with pytest.raises(psycopg2.OperationalError):
                psycopg2.connect(**address | wrong)
        pids = [servers.postgres.child.pid, servers.valkey.child.pid]
    assert [identity(pid) for pid in pids] == [None, None]
    assert not servers.folder.exists()


def exec_command(*argv: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("KAM_") and k not in SETTINGS}
    command = [sys.executable, "-m", "kam.embedded", "exec", "--", *argv]
    return subprocess.run(command, env=env | more, capture_output=True, text=True)


def test_exec_passes_settings_in_and_the_exit_code_out() -> None:
    answer = exec_command("sh", "-c", 'echo "$DATABASE_URL|$REDIS_URL|$KAM_ENV|$KAM_HTTPS|$KAM_HOME"; exit 7')
    database, redis, env, https, home = answer.stdout.strip().split("|")
    assert (answer.returncode, env, https) == (7, "test", "off")
    assert (database[:15], redis[:11]) == ("postgres://kam:", "unix:///tmp")
    assert not Path(home).parent.exists()


def test_exec_with_servers_given_embeds_nothing() -> None:
    given = {"DATABASE_URL": "postgres://a/b", "REDIS_URL": "redis://c"}
    answer = exec_command("sh", "-c", 'echo "$DATABASE_URL|$REDIS_URL"', **given)
    assert answer.stdout == "postgres://a/b|redis://c\n"


def test_supervisor_stops_in_the_opposite_order_and_for_certain(tmp_path: Path) -> None:
    """The last started goes first; one that ignores SIGTERM goes too, with what it started."""
    order = tmp_path / "order"
    polite = f'trap "echo $0 >> {order}; exit" TERM; echo up; while :; do sleep 0.05; done'
    stubborn = 'trap "" TERM; sleep 60 & echo up $!; wait; sleep 60'
    supervisor = Supervisor()
    children = [
        Child(name, ["sh", "-c", script, name], log=tmp_path / f"{name}.log", record=tmp_path / name, patience=0.3)
        for name, script in (("first", polite), ("deaf", stubborn), ("last", polite))
    ]
    for child in children:
        supervisor.start(child)
    assert until(lambda: all("up" in child.last_words() for child in children))
    supervisor.stop()
    assert order.read_text().split() == ["last", "first"]
    assert [identity(child.pid) for child in children] == [None] * 3
    grandchild = int(children[1].last_words().split()[1])
    assert until(lambda: identity(grandchild) is None)
    assert not (tmp_path / "deaf").exists(), "the record goes with the process"


def test_leftover_is_ended_only_if_it_is_that_very_process(tmp_path: Path) -> None:
    child = Child("one", ["sleep", "60"], log=tmp_path / "log", record=tmp_path / "record")
    child.start()
    (tmp_path / "other").write_text((tmp_path / "record").read_text().replace('"identity": "', '"identity": "another '))

    assert end_leftover(tmp_path / "other") is False
    assert child.running, "a later process of the same number is not ours"
    assert end_leftover(tmp_path / "missing") is False
    (tmp_path / "broken").write_text("{")
    assert end_leftover(tmp_path / "broken") is False

    assert end_leftover(tmp_path / "record") is True
    assert child.exit_code == -signal.SIGTERM
    assert not (tmp_path / "record").exists()


def test_child_that_dies_is_started_again_later_each_time(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.start(Child("short", ["false"], log=tmp_path / "log"))
    kept = supervisor.kept[0]
    waits = []
    for _ in range(7):
        assert until(lambda: not kept.child.running)
        now = time.monotonic()
        kept.tend(now)
        waits.append(kept.wait)
        kept.tend(now + kept.wait)
        assert kept.due_at is None, "started again"
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    supervisor.stop()


def test_postgres_lock_naming_somebody_else_is_dropped() -> None:
    """After a restart of the machine the number in postmaster.pid may be anyone's: here it is ours."""
    with Throwaway() as servers:
        lock = servers.postgres.data / "postmaster.pid"
        servers.postgres.kill()
        lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]))
        servers.postgres.start()
        servers.postgres.wait_ready()
        assert len(servers.postgres.workers()) > 1


def test_postgres_left_running_is_ended_before_the_next_starts() -> None:
    with Throwaway() as servers:
        first = servers.postgres.child.pid
        servers.postgres.start()
        assert identity(first) is None
        servers.postgres.wait_ready()


def test_throwaway_servers_of_a_killed_owner_are_swept_by_the_next() -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("KAM_") and k not in SETTINGS}
    command = [sys.executable, "-m", "kam.embedded", "exec", "--", "sh", "-c", 'echo "$KAM_HOME"; sleep 60']
    owner = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    folder = Path(owner.stdout.readline().strip()).parent
    pids = [recorded(folder / f"{name}.json")[0] for name in ("postgres", "valkey")]
    os.killpg(owner.pid, signal.SIGKILL)
    owner.wait()
    assert all(identity(pid) for pid in pids), "there is something to sweep"
    with Throwaway() as servers:
        assert not folder.exists()
        assert servers.folder.exists()
    assert [identity(pid) for pid in pids] == [None, None]
