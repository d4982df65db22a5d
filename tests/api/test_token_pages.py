"""The page of API tokens: made once, shown once, ended at once."""

import re

import pytest
from django.test import Client

from kam.core import clock
from kam.people.models import ApiToken, User
from kam.people.services import create_api_token
from tests.personas import PASSWORD, SYSTEM, People, api_client, client_for, make_token

pytestmark = pytest.mark.django_db
NEW = "/settings/tokens/new/"


def confirmed(user: User) -> Client:
    """A browser of `user` in which the password was typed again just now."""
    client = client_for(user)
    answer = client.post("/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def form(client: Client, user: User, **fields: object) -> dict[str, object]:
    row = client.get(NEW).context["form"].initial["row"]
    return {"row": row, "label": "CRM", "user": str(user.pk), "scopes": ["accounts:read"], "days": "30"} | fields


def test_a_token_is_made_after_the_password_and_works(people: People) -> None:
    assert client_for(people.owner).get(NEW).headers["Location"] == f"/reauthenticate/?next={NEW.replace('/', '%2F')}"
    client = confirmed(people.owner)
    answer = client.post(NEW, form(client, people.owner))
    secret = answer.context["secret"]
    assert (answer.status_code, secret in answer.content.decode()) == (200, True)
    assert "no-store" in answer.headers["Cache-Control"]
    token = ApiToken.objects.get(label="CRM")
    assert (token.user, token.scopes) == (people.owner, ["accounts:read"])
    assert round((token.expires_at - token.created_at).total_seconds() / 86400) == 30
    api = api_client(secret)
    assert (api.get("/api/v1/accounts").status_code, api.get("/api/v1/contacts").status_code) == (200, 403)
    assert secret not in client.get("/settings/tokens/").content.decode()


def test_a_form_sent_again_makes_no_second_token_and_shows_no_secret(people: People) -> None:
    client = confirmed(people.owner)
    fields = form(client, people.owner)
    client.post(NEW, fields)
    again = client.post(NEW, fields)
    assert (again.status_code, again.headers["Location"], ApiToken.objects.count()) == (303, "/settings/tokens/", 1)


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"days": "100000"}, {"label": ""}, {"label": "x" * 101}]
)
def test_a_token_is_refused(people: People, wrong: dict[str, object]) -> None:
    client = confirmed(people.owner)
    assert client.post(NEW, form(client, people.owner, **wrong)).status_code == 422
    assert ApiToken.objects.count() == 0


def test_only_administrators_make_tokens_for_integrations_and_nobody_for_another_person(people: People) -> None:
    tries = {}
    for by in (people.owner, people.admin):
        client = confirmed(by)
        for user in (people.integration, people.teammate):
            tries[by.name, user.name] = client.post(NEW, form(client, user)).status_code
    assert tries == {
        (people.owner.name, people.integration.name): 422,
        (people.owner.name, people.teammate.name): 422,
        (people.admin.name, people.integration.name): 200,
        (people.admin.name, people.teammate.name): 422,
    }


def test_list_shows_ones_own_tokens_and_administrators_everybodys(people: People) -> None:
    make_token(people.owner)
    make_token(people.outsider)
    listed = {
        user.name: {token.user for token in client_for(user).get("/settings/tokens/").context["page"].rows}
        for user in (people.owner, people.leader, people.admin)
    }
    assert listed == {
        people.owner.name: {people.owner},
        people.leader.name: set(),
        people.admin.name: {people.owner, people.outsider},
    }


def test_revoked_token_is_dead_at_once_and_others_cannot_revoke_it(people: People) -> None:
    token, secret = create_api_token(by=SYSTEM, user=people.owner, now=clock.now(), label="old")
    address = f"/settings/tokens/{token.pk}/revoke/"
    assert client_for(people.teammate).post(address).status_code == 404
    assert api_client(secret).get("/api/v1/me").status_code == 200
    assert client_for(people.owner).post(address).status_code == 303
    assert api_client(secret).get("/api/v1/me").status_code == 401
    page = client_for(people.owner).get("/settings/tokens/").content.decode()
    assert (re.search(r">\s*revoked\s*<", page) is not None, address in page) == (True, False)


def test_list_takes_the_same_queries_for_one_token_and_three(people: People, django_assert_num_queries) -> None:
    counts = []
    for _ in range(3):
        make_token(people.owner)
        client = client_for(people.admin)
        with django_assert_num_queries(7, exact=False) as asked:
            client.get("/settings/tokens/")
        counts.append(len(asked))
    assert counts[0] == counts[2]
