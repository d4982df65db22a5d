"""The container files, as far as they can be proved where no Docker engine runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from celery.bin.beat import beat
from celery.bin.worker import worker
from django.core.management import get_commands
from gunicorn.app.wsgiapp import WSGIApplication

from kam.embedded.postgres import TUNING
from kam.embedded.run import QUEUES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "kam" / "settings.py").read_text()
OURS = ("prepare", "web", "worker", "beat")


def test_compose_file_fits_its_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    answer = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_compose_runs_everything_with_health_checks_and_volumes() -> None:
    assert sorted(COMPOSE["services"]) == ["beat", "postgres", "prepare", "valkey", "web", "worker"]
    assert COMPOSE["services"]["postgres"]["image"] == "postgres:18"
    checked = {name for name, service in COMPOSE["services"].items() if "healthcheck" in service}
    assert checked == {"postgres", "valkey", "web", "worker"}, "beat's heartbeat is in /readyz; prepare ends"
    used = {mount.split(":")[0] for service in COMPOSE["services"].values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_compose_tunes_postgres_as_make_run_does() -> None:
    said = COMPOSE["services"]["postgres"]["command"]
    assert said[1::2] == ["-c"] * len(TUNING)
    assert said[2::2] == [f"{name}={value}" for name, value in TUNING.items()]


def test_compose_waits_for_what_it_needs() -> None:
    for name in ("web", "worker", "beat"):
        needs = {service: how["condition"] for service, how in COMPOSE["services"][name]["depends_on"].items()}
        assert needs == {"prepare": "service_completed_successfully", "valkey": "service_healthy"}


@pytest.mark.parametrize("name", OURS)
def test_compose_variables_are_settings(name: str) -> None:
    variables = COMPOSE["services"][name]["environment"]
    unknown = [variable for variable in variables if f'"{variable}"' not in SETTINGS]
    assert unknown == []
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"} <= set(variables)


def test_compose_asks_for_every_secret() -> None:
    """No password has a default: compose stops and says which variable is missing."""
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert asked == {"SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "EMAIL_URL", "DEFAULT_FROM_EMAIL"}
    documented = (ROOT / "docs" / "deploy.md").read_text()
    assert [variable for variable in asked if f"`{variable}`" not in documented] == []


def test_compose_commands_exist() -> None:
    services = COMPOSE["services"]
    python, manage, command, option = services["prepare"]["command"]
    assert (python, manage, command in get_commands(), option) == ("python", "manage.py", True, "--no-demo")
    for name, program in (("worker", worker), ("beat", beat)):
        celery, flag, app, word, *options = services[name]["command"]
        assert (celery, flag, app, word) == ("celery", "-A", "kam.celery", name)
        assert program.make_parser(program.context_class(program)).parse_args(args=options)[1] == []
    assert services["web"]["healthcheck"]["test"][1:] == ["python", "docker/healthcheck.py"]
    assert (ROOT / "docker" / "healthcheck.py").is_file()


def test_compose_worker_takes_the_queues_of_make_run() -> None:
    command = COMPOSE["services"]["worker"]["command"]
    assert command[command.index("-Q") + 1] == QUEUES


def test_image_command_is_understood_by_gunicorn(monkeypatch: pytest.MonkeyPatch) -> None:
    words = re.search(r'^CMD \["sh", "-c", "exec (gunicorn .*)"\]$', DOCKERFILE, re.MULTILINE)
    assert words
    argv = words[1].replace("${KAM_WEB_CONCURRENCY:-2}", "2").split()
    monkeypatch.setattr(sys, "argv", argv)
    app = WSGIApplication("%(prog)s")
    assert (app.cfg.settings["bind"].get(), app.cfg.settings["workers"].get(), app.app_uri) == (
        ["0.0.0.0:8000"],
        2,
        "kam.wsgi",
    )


def test_image_copies_what_exists_and_every_package() -> None:
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    sources = [source for line in copied for source in line]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"kam"}
    assert packages <= set(sources)
    assert "USER kam" in DOCKERFILE


def test_healthcheck_asks_by_a_name_the_server_answers_for() -> None:
    env = {"PATH": os.environ["PATH"], "ALLOWED_HOSTS": ".kam.example,other"}
    answer = subprocess.run(
        [sys.executable, ROOT / "docker" / "healthcheck.py"], env=env, capture_output=True, text=True
    )
    assert answer.returncode == 1, "nothing listens on 8000 here, or not for kam.example"
