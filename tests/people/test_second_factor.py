"""The authenticator app and the recovery codes, with codes computed as an app does."""

import re
import time
from types import SimpleNamespace

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from kam.people.models import User
from tests.personas import PASSWORD, People, client_for

pytestmark = pytest.mark.django_db
APP, CODES = "/settings/sign-in/app/", "/settings/sign-in/codes/"


NOW = time.time()


@pytest.fixture(autouse=True)
def no_earlier_tries_and_one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes change every half minute: none may do so between showing and typing it."""
    cache.clear()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: NOW))


def code_of(secret: str, *, periods: int = 0) -> str:
    """What an app with this key shows now, or so many half minutes later."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(NOW) // 30 + periods))


def confirmed(user: User) -> Client:
    client = client_for(user)
    assert client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def with_app(user: User) -> tuple[Client, str]:
    """A browser in which the person has just set up an app, and the app's key."""
    client = confirmed(user)
    secret = client.get(APP).context["form"].secret
    answer = client.post(APP, {"code": code_of(secret)})
    assert (answer.status_code, answer.headers["Location"]) == (302, CODES)
    cache.clear()  # the code just used may be used again in the same half minute
    return client, secret


def after_password(user: User) -> Client:
    client = Client()
    answer = client.post("/login/", {"login": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/login/code/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/sign-in/").status_code == 200


def test_setting_up_asks_for_the_password_first(people: People) -> None:
    client = client_for(people.owner)
    for path in (APP, "/settings/sign-in/codes/new/", "/settings/sign-in/passkeys/new/"):
        assert client.get(path).headers["Location"].startswith("/reauthenticate/")
    assert client.post("/reauthenticate/", {"password": "wrong horse"}).status_code == 200
    assert client.get(APP).status_code == 302


def test_a_wrong_code_sets_up_nothing(people: People) -> None:
    client = confirmed(people.owner)
    secret = client.get(APP).context["form"].secret
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"
    assert client.post(APP, {"code": wrong}).status_code == 200
    assert Authenticator.objects.count() == 0


def test_with_an_app_the_password_alone_opens_nothing(people: People) -> None:
    _, secret = with_app(people.owner)
    client = after_password(people.owner)
    assert not is_in(client)
    assert client.post("/login/code/", {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post("/login/code/", {"code": code_of(secret, periods=1)}).status_code == 200
    assert client.post("/login/code/", {"code": code_of(secret)}).headers["Location"] == "/"
    assert is_in(client)


def test_a_code_of_the_app_works_once(people: People) -> None:
    _, secret = with_app(people.owner)
    code = code_of(secret)
    assert after_password(people.owner).post("/login/code/", {"code": code}).status_code == 302
    assert after_password(people.owner).post("/login/code/", {"code": code}).status_code == 200


def test_codes_cannot_be_guessed_for_long(people: People) -> None:
    _, secret = with_app(people.owner)
    client = after_password(people.owner)
    for _ in range(5):
        client.post("/login/code/", {"code": "000000"})
    answer = client.post("/login/code/", {"code": code_of(secret)})
    assert "Too many failed login attempts" in answer.content.decode()
    assert not is_in(client)


def test_a_recovery_code_opens_once_and_then_no_more(people: People) -> None:
    client, _ = with_app(people.owner)
    codes = client.get(CODES).context["unused_codes"]
    assert (len(codes), len(set(codes))) == (10, 10)
    assert after_password(people.owner).post("/login/code/", {"code": codes[0]}).status_code == 302
    assert after_password(people.owner).post("/login/code/", {"code": codes[0]}).status_code == 200
    assert client.get(CODES).context["unused_codes"] == codes[1:]


def test_new_recovery_codes_replace_the_old_ones(people: People) -> None:
    client, _ = with_app(people.owner)
    old = client.get(CODES).context["unused_codes"]
    assert client.post("/settings/sign-in/codes/new/").status_code == 302
    new = client.get(CODES).context["unused_codes"]
    assert set(old) & set(new) == set()
    assert after_password(people.owner).post("/login/code/", {"code": old[0]}).status_code == 200
    downloaded = client.get("/settings/sign-in/codes/download/")
    assert downloaded.content.decode().split() == new
    assert "attachment" in downloaded.headers["Content-Disposition"]


def test_recovery_codes_are_hidden_until_the_password_was_typed(people: People) -> None:
    client, _ = with_app(people.owner)
    codes = client.get(CODES).context["unused_codes"]
    later = client_for(people.owner)
    page = later.get(CODES).content.decode()
    assert [code for code in codes if code in page] == []
    assert later.get("/settings/sign-in/codes/download/").status_code != 200


def test_removing_the_app_takes_the_recovery_codes_along(people: People) -> None:
    client, _ = with_app(people.owner)
    assert client.post("/settings/sign-in/app/remove/").status_code == 302
    assert Authenticator.objects.count() == 0
    plain = Client()
    assert plain.post("/login/", {"login": people.owner.email, "password": PASSWORD}).headers["Location"] == "/"


def test_secrets_are_not_in_the_clear_and_die_with_the_key(people: People, settings: LazySettings) -> None:
    _, secret = with_app(people.owner)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert get_adapter().decrypt(row.data["secret"]) == secret
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another key " * 5
    assert get_adapter().decrypt(row.data["secret"]) not in ("", secret)
    assert not row.wrap().validate_code(code_of(secret))
    assert not row.wrap().validate_code(code_of(""))  # an empty key would be one that everybody knows
    settings.SECRET_KEY_FALLBACKS = [former]
    assert row.wrap().validate_code(code_of(secret))


def test_page_says_what_is_set_up(people: People) -> None:
    client, _ = with_app(people.owner)
    assert client.get("/settings/sign-in/").context["factors"].codes_left == 10
    page = re.sub(r"<[^>]*>|\s+", " ", client.get("/settings/sign-in/").content.decode())
    assert ("Only your password protects" in page, "10 left" in page) == (False, True)
    other = client_for(people.teammate).get("/settings/sign-in/")
    assert other.context["factors"].has_second is False
    assert "Only your password protects" in other.content.decode()
