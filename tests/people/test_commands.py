"""The shell commands that make users and tokens."""

import pytest
from django.core.management import CommandError, call_command

from kam.people.enums import Role
from kam.people.models import ApiToken, Team, User
from kam.people.principal import principal_for
from kam.people.services import token_digest
from tests.personas import PASSWORD, People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", PASSWORD)


def create_user(*args: str) -> None:
    call_command("create_user", *args, "--password-env", "NEW_PASSWORD")


def test_first_administrator_of_an_empty_company(capsys: pytest.CaptureFixture[str]) -> None:
    create_user("Ada@kam.example", "--role", "admin")
    user = User.objects.get()
    assert (user.email, user.name, user.is_admin) == ("ada@kam.example", "Ada", True)
    assert user.check_password(PASSWORD)
    assert capsys.readouterr().out == "Created admin ada@kam.example.\n"


@pytest.mark.parametrize("role", ["manager", "leader", "integration"])
def test_user_in_an_existing_team(people: People, role: str) -> None:
    create_user("x@kam.example", "--role", role, "--team", "North One", "--name", "Xenia")
    user = User.objects.get(email="x@kam.example")
    assert (user.name, principal_for(user).role) == ("Xenia", Role(role))


def test_missing_team_is_created_only_when_asked(people: People) -> None:
    with pytest.raises(CommandError, match=r"no team 'West' \(teams: Company, North, .*--create-team"):
        create_user("x@kam.example", "--role", "manager", "--team", "West")
    create_user("x@kam.example", "--role", "manager", "--team", "West", "--create-team")
    assert Team.objects.get(name="West").memberships.get().user.email == "x@kam.example"


def test_failure_leaves_no_team_behind(people: People) -> None:
    with pytest.raises(CommandError, match="exists already"):
        create_user(people.owner.email, "--role", "manager", "--team", "West", "--create-team")
    assert not Team.objects.filter(name="West").exists()


def test_clear_errors(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="need a team"):
        create_user("x@kam.example", "--role", "manager")
    monkeypatch.setenv("NEW_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        create_user("x@kam.example", "--role", "admin")
    monkeypatch.delenv("NEW_PASSWORD")
    with pytest.raises(CommandError, match="NEW_PASSWORD is not set"):
        create_user("x@kam.example", "--role", "admin")


def test_token_is_the_last_word(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_token", people.owner.email.upper(), "--label", "crm", "--days", "30")
    secret = capsys.readouterr().out.split()[-1]
    token = ApiToken.objects.get()
    assert (token.digest, token.user, token.label, token.scopes) == (token_digest(secret), people.owner, "crm", None)
    assert (token.expires_at - token.created_at).days in (29, 30)


def test_token_scopes_must_exist(people: People) -> None:
    call_command("create_api_token", people.owner.email, "--scopes", "users:read, teams:read")
    assert ApiToken.objects.get().scopes == ["teams:read", "users:read"]
    with pytest.raises(CommandError, match=r"Unknown scope\(s\): cats:read\. Known: .*teams:read"):
        call_command("create_api_token", people.owner.email, "--scopes", "cats:read,teams:read")


def test_token_needs_an_active_user(people: People) -> None:
    with pytest.raises(CommandError, match="no user"):
        call_command("create_api_token", "nobody@kam.example")
    with pytest.raises(CommandError, match="deactivated"):
        call_command("create_api_token", people.deactivated.email)
    with pytest.raises(CommandError, match="1 to 3650"):
        call_command("create_api_token", people.owner.email, "--days", "0")
