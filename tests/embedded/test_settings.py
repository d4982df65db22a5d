"""Start-up fails loudly when unsafe; a production set-up passes Django's own deployment check."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kam.settings import KNOWN_VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "Zk3v9QmX7tB2yLw8RnC5hJf4PdG6sAe1UoKiVxTqYbNzMrWlHg",
    "ALLOWED_HOSTS": "kam.example",
    "DATABASE_URL": "postgres://kam:secret@127.0.0.1:1/kam",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def manage(*argv: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "KAM_HOME": str(home), **settings}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *argv], cwd=ROOT, env=env, capture_output=True, text=True
    )


def test_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    answer = manage("check", "--deploy", "--fail-level", "WARNING", home=tmp_path, **PRODUCTION)
    assert (answer.returncode, "no issues" in answer.stdout) == (0, True), answer.stdout + answer.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_start_without_a_required_setting_names_it(tmp_path: Path, missing: str) -> None:
    answer = manage("check", home=tmp_path, **{k: v for k, v in PRODUCTION.items() if k != missing})
    assert answer.returncode != 0
    said = answer.stderr.strip()
    assert (said.startswith(f"manage.py: {missing} is not set"), said.count("\n")) == (True, 0), said


def test_command_away_from_its_home_says_which_variable_is_missing(tmp_path: Path) -> None:
    """Commands beside `make run` read KAM_HOME/run.env: with another KAM_HOME there is none."""
    answer = manage("stale", "--json", home=tmp_path / "elsewhere")
    assert answer.returncode == 1
    assert answer.stderr.startswith("manage.py: SECRET_KEY is not set") and str(tmp_path) in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"KAM_HTPS": "off"}, "Unknown setting(s) KAM_HTPS"),
        ({"KAM_REPORTING_ZONE": "Europe/Rom"}, "'Europe/Rom' is not a time zone"),
        ({"KAM_REPORTING_CURRENCY": "euro"}, "'euro' is not a currency"),
        ({"KAM_TRUSTED_PROXIES": "many"}, "many"),
        ({"KAM_ENV": "production"}, "KAM_ENV='production' is not known"),
        ({"KAM_ENV": "test"}, "KAM_ENV=test is for tests"),
        ({"SECRET_KEY": "Zk3v9QmX7tB2yLw8RnC5hJf4PdG6sAe1UoKiVxTqYbNzMrWlH"}, "SECRET_KEY is too easy to guess"),
        ({"SECRET_KEY": "abcd" * 20}, "SECRET_KEY is too easy to guess"),
        ({"ALLOWED_HOSTS": "kam.example,*"}, "ALLOWED_HOSTS holds *"),
    ],
)
def test_start_with_a_wrong_setting_is_refused(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    answer = manage("check", home=tmp_path, **PRODUCTION | wrong)
    assert answer.returncode != 0
    assert words in answer.stderr


def test_plain_http_may_be_lax(tmp_path: Path) -> None:
    lax = {"KAM_HTTPS": "off", "KAM_ENV": "test", "SECRET_KEY": "short", "ALLOWED_HOSTS": "*"}
    answer = manage("check", home=tmp_path, **PRODUCTION | lax)
    assert answer.returncode == 0, answer.stderr


def test_mail_goes_to_files_of_the_home_unless_a_server_is_named(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    sent = manage("sendtestemail", "ada@kam.example", home=home, **PRODUCTION)
    [mail] = (home / "mail").iterdir()
    assert sent.returncode == 0 and "To: ada@kam.example" in mail.read_text(), sent.stderr
    show = "from django.conf import settings as s; print(s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    server = {"EMAIL_URL": "smtp+tls://user:password@mail.example:587"}
    answer = manage("shell", "--no-imports", "-c", show, home=home, **PRODUCTION, **server)
    assert answer.stdout.split() == ["django.core.mail.backends.smtp.EmailBackend", "mail.example", "587", "True"]


def test_production_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "DEBUG")
    show = f"from django.conf import settings as s; print(*[getattr(s, name) for name in {names}])"
    answer = manage("shell", "--no-imports", "-c", show, home=tmp_path, **PRODUCTION)
    assert answer.stdout.split() == ["__Host-kam_session", "__Host-kam_csrf", "True", "True", "False"], answer.stderr


def test_settings_of_a_running_make_run_are_found(tmp_path: Path) -> None:
    """`.venv/bin/python manage.py …` works beside `make run`: it reads run.env of KAM_HOME."""
    (tmp_path / "run.env").write_text("".join(f"{k}={v}\n" for k, v in PRODUCTION.items()))
    show = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.DATABASES['default']['PASSWORD'])"
    answer = manage("shell", "--no-imports", "-c", show, home=tmp_path)
    assert "['kam.example'] secret" in answer.stdout, answer.stderr


def test_every_setting_is_documented_and_nothing_else() -> None:
    """Our own variables in docs/settings.md are those that settings.py knows, the others those that are read."""
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    ours = {name for name in documented if name.startswith("KAM_")}
    assert ours == KNOWN_VARIABLES
    code = "".join((ROOT / name).read_text() for name in ("kam/settings.py", "kam/wsgi.py"))
    read = set(re.findall(r'(?:env\.\w+|required|setdefault)\(\s*"([A-Z_]+)"', code)) - {"DJANGO_SETTINGS_MODULE"} | {
        "PORT"
    }
    assert documented - ours == {name for name in read if not name.startswith("KAM_")}


def test_compose_passes_on_what_the_deployment_page_names() -> None:
    passed = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    page = (ROOT / "docs" / "deploy.md").read_text()
    assert [name for name in sorted(passed) if f"`{name}`" not in page] == []
