"""Tokens and sessions at the API's door."""

from datetime import timedelta

import pytest
from django.test import Client

from kam.core import clock
from kam.people.models import ApiToken, Team
from kam.people.services import deactivate_user, revoke_api_token
from tests.personas import SYSTEM, People, api_client, client_for, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.site")]
ME = "/api/v1/me"


def refused(client: Client) -> bool:
    response = client.get(ME)
    body = response.json()
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="kam"'
    assert (body["status"], body["code"]) in ((401, "authentication_failed"), (401, "not_authenticated"))
    return True


def test_token_acts_as_its_user(people: People) -> None:
    response = api_client(make_token(people.leader, scopes=["teams:read"])).get(ME)
    assert response.json() == {
        "id": str(people.leader.pk),
        "name": "Lena Leader",
        "email": "lena.leader@kam.example",
        "role": "leader",
        "teams": [str(people.north.pk)],
        "scopes": ["teams:read"],
    }


def test_token_without_scopes_may_all_that_its_user_may(people: People) -> None:
    assert api_client(make_token(people.owner)).get(ME).json()["scopes"] is None


def test_every_bad_token_is_refused_in_the_same_words(people: People) -> None:
    good = make_token(people.owner)
    other = make_token(people.outsider)
    expired = make_token(people.owner, lifetime=timedelta(seconds=-1))
    revoked = make_token(people.owner)
    revoke_api_token(by=SYSTEM, token=ApiToken.objects.get(prefix=revoked.split("_")[1]), now=clock.now())
    crossed = "_".join([*good.split("_")[:2], other.split("_")[2]])
    bad = [expired, revoked, crossed, good[:-1], good.upper(), good + "0", "kam_", "x", "", f"{good} {good}"]
    details = {Client(headers={"Authorization": f"Bearer {token}"}).get(ME).json()["detail"] for token in bad}
    assert details == {"The token is unknown, expired or revoked."}
    assert all(refused(Client(headers={"Authorization": f"Bearer {token}"})) for token in bad)
    assert api_client(good).get(ME).status_code == 200


def test_other_schemes_and_nothing_are_refused(people: People) -> None:
    assert refused(Client())
    assert refused(Client(headers={"Authorization": "Basic b2xnYTpvbGdh"}))
    assert Client(headers={"Authorization": f"bearer {make_token(people.owner)}"}).get(ME).status_code == 200


def test_token_of_a_deactivated_user_is_dead(people: People) -> None:
    client = api_client(make_token(people.owner))
    deactivate_user(by=SYSTEM, user=people.owner, now=clock.now())
    assert refused(client)
    ApiToken.objects.update(revoked_at=None)
    assert refused(client)


def test_user_without_a_role_is_refused(people: People) -> None:
    response = api_client(make_token(people.newcomer)).get(ME)
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_last_use_is_recorded(people: People, django_assert_num_queries) -> None:
    client = api_client(make_token(people.owner))
    with django_assert_num_queries(5):  # token with user, last use, memberships, count of calls; teams of the answer
        client.get(ME)
    with django_assert_num_queries(4):
        client.get(ME)
    assert clock.now() - ApiToken.objects.get().last_used_at < timedelta(minutes=1)


def test_session_works_and_needs_csrf_for_writes(people: People) -> None:
    assert client_for(people.owner).get(ME).json()["role"] == "manager"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.owner)
    response = strict.post("/api/v1/things", {"name": "x"}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_head_is_allowed_where_get_is(api: Client) -> None:
    assert [api.head(path).status_code for path in (ME, "/api/v1/teams")] == [200, 200]


def test_answers_and_refusals_stay_out_of_shared_caches(api: Client) -> None:
    for client, path in ((api, ME), (api, "/api/v1/teams"), (api, "/api/v1/things/forgotten"), (Client(), ME)):
        assert client.get(path).headers["Cache-Control"] == "private, no-cache"


def test_token_wins_over_a_session(people: People) -> None:
    client = client_for(people.admin)
    response = client.get(ME, headers={"Authorization": f"Bearer {make_token(people.owner, scopes=['teams:read'])}"})
    assert (response.json()["role"], response.json()["scopes"]) == ("manager", ["teams:read"])


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        (None, 200, 201),
        (["things:read"], 200, 403),
        (["things:write"], 200, 201),
        (["other:write"], 403, 403),
        ([], 403, 403),
    ],
)
def test_scopes_decide_what_may_be_called(people: People, scopes: list | None, read: int, write: int) -> None:
    client = api_client(make_token(people.owner, scopes=scopes))
    assert client.get("/api/v1/things").status_code == read
    assert client.post("/api/v1/things", {"name": "x"}, content_type="application/json").status_code == write


def test_action_that_the_policy_forgot_is_refused(api: Client) -> None:
    assert api.get("/api/v1/things/forgotten").status_code == 403


def test_teams_are_listed_for_whoever_signs_in(people: People) -> None:
    body = api_client(make_token(people.integration)).get("/api/v1/teams").json()
    assert [team["name"] for team in body["results"]] == [
        "Company", "North", "North One", "North Two", "South", "South One",
    ]  # fmt: skip
    assert body["results"][1]["parent"] == str(people.company.pk)
    one = api_client(make_token(people.integration)).get(f"/api/v1/teams/{people.north.pk}").json()
    assert one == body["results"][1]


def test_integration_knows_the_people_of_its_teams(people: People) -> None:
    """It needs owner ids to create accounts with; whom it cannot name as owner it need not know."""
    client = api_client(make_token(people.integration))
    rows = client.get("/api/v1/users").json()["results"]
    assert [row["name"] for row in rows] == ["Lena Leader", "Olga Owner", "Tom Teammate"]
    assert {tuple(row) for row in rows} == {("id", "name", "teams")}
    assert client.get(f"/api/v1/users/{people.teammate.pk}").status_code == 200
    assert client.get(f"/api/v1/users/{people.outsider.pk}").status_code == 404


def test_staff_know_all_colleagues_and_administrators_their_emails(people: People) -> None:
    rows = api_client(make_token(people.owner)).get("/api/v1/users").json()["results"]
    assert [row["name"] for row in rows] == sorted(
        ["Ada Admin", "Lena Leader", "Nils Newcomer", "Olga Owner", "Otto Outsider", "Silke Sibling", "Tom Teammate"]
    )
    assert {tuple(row) for row in rows} == {("id", "name", "teams")}
    one = api_client(make_token(people.admin)).get(f"/api/v1/users/{people.owner.pk}").json()
    assert one == {
        "id": str(people.owner.pk),
        "name": "Olga Owner",
        "teams": [str(people.north_one.pk)],
        "email": "olga.owner@kam.example",
    }
    assert api_client(make_token(people.admin)).get(f"/api/v1/users/{people.deactivated.pk}").status_code == 404


@pytest.mark.parametrize("resource", ["teams", "users"])
def test_lists_take_the_same_queries_for_one_and_many_rows(
    people: People, resource: str, django_assert_num_queries
) -> None:
    client = api_client(make_token(people.owner))
    client.get(ME)
    expected = {"teams": 4, "users": 5}[resource]
    for limit in (1, 3):
        with django_assert_num_queries(expected):
            assert len(client.get(f"/api/v1/{resource}", {"limit": limit}).json()["results"]) == limit
    assert Team.objects.count() == 6
