"""Signing in at /login/, and what ends a session."""

import pytest
from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.test import Client

from kam.core import clock
from kam.people.services import deactivate_user
from tests.personas import PASSWORD, SYSTEM, People, client_for

pytestmark = pytest.mark.django_db
REFUSED = "The email address and/or password you specified are not correct."


def sign_in(client: Client, login: str, password: str = PASSWORD) -> str | None:
    """Where the answer leads to; None where the form is shown again with the one refusal."""
    response = client.post("/login/", {"login": login, "password": password})
    if response.status_code == 302:
        return response["Location"]
    assert response.status_code == 200
    assert REFUSED in str(response.context["form"].errors)
    return None


def signed_in(client: Client) -> bool:
    return client.get("/password/change/").status_code == 200


def test_sign_in_by_email_whatever_the_case(people: People, client: Client) -> None:
    assert sign_in(client, "OLGA.Owner@kam.example") == "/"
    assert client.session["_auth_user_id"] == str(people.owner.pk)
    people.owner.refresh_from_db()
    assert people.owner.last_login is not None


def test_refusals_all_use_the_same_words(people: People, client: Client) -> None:
    assert sign_in(client, "olga.owner@kam.example", "wrong password here") is None
    assert sign_in(client, "nobody@kam.example") is None
    assert sign_in(client, people.deactivated.email) is None
    # Somebody switched off but for the flag still has a password; the words stay the same.
    people.owner.is_active = False
    people.owner.save(update_fields=["is_active"])
    assert sign_in(client, people.owner.email) is None
    assert "_auth_user_id" not in client.session


def test_sixth_wrong_try_is_refused_even_with_the_right_password(people: People, client: Client) -> None:
    cache.clear()
    for _ in range(5):
        assert sign_in(client, people.owner.email, "wrong password here") is None
    response = client.post("/login/", {"login": people.owner.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "Too many failed login attempts" in response.content.decode()
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), people.teammate.email) == "/"


def test_tries_at_a_deactivated_user_are_counted_too(people: People, client: Client) -> None:
    cache.clear()
    people.owner.is_active = False
    people.owner.save(update_fields=["is_active"])
    for _ in range(5):
        assert sign_in(client, people.owner.email) is None
    response = client.post("/login/", {"login": people.owner.email, "password": PASSWORD})
    assert "Too many failed login attempts" in response.content.decode()


def test_session_dies_at_once_when_its_user_is_deactivated(people: People) -> None:
    client = client_for(people.owner)
    assert signed_in(client)
    deactivate_user(by=SYSTEM, user=people.owner, now=clock.now())
    assert not signed_in(client)
    # Activated again, the old session stays dead.
    people.owner.is_active = True
    people.owner.save(update_fields=["is_active"])
    assert not signed_in(client)


def test_sessions_elsewhere_die_when_the_password_changes(people: People) -> None:
    here, elsewhere = client_for(people.owner), client_for(people.owner)
    new = "quite another staple battery"
    response = here.post("/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert response.status_code == 302
    assert signed_in(here)
    assert not signed_in(elsewhere)


def test_sign_out_needs_a_post(people: People) -> None:
    client = client_for(people.owner)
    client.get("/logout/")
    assert signed_in(client)
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert not signed_in(client)


def test_password_reset_tells_nobody_who_has_an_account(people: People, client: Client, mailoutbox: list) -> None:
    answers = [
        client.post("/password/reset/", {"email": email})
        for email in (people.owner.email, people.deactivated.email, "nobody@kam.example")
    ]
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {
        (302, "/password/reset/done/")
    }
    assert [mail.to for mail in mailoutbox] == [[people.owner.email]]


def test_address_that_tries_too_often_is_told_to_wait(client: Client) -> None:
    cache.clear()
    answers = [client.post("/login/", {"login": "", "password": ""}) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {200}
    assert (answers[30].status_code, answers[30].headers["Retry-After"]) == (429, "60")
    assert "Too many tries" in answers[30].content.decode()


@pytest.mark.parametrize(("trusted", "counted"), [(0, "10.0.0.1"), (1, "198.51.100.7")])
def test_limits_count_by_the_address_a_trusted_proxy_reports(settings, rf, trusted: int, counted: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert get_adapter().get_client_ip(request) == counted
