"""A request names who made its changes, through whichever door it came."""

import pytest

from kam.audit.selectors import history_of
from tests.personas import PASSWORD, People, api_client, client_for, make_token

pytestmark = pytest.mark.django_db


def test_page_names_the_signed_in_user(people: People) -> None:
    new = "quite another staple battery"
    answer = client_for(people.owner).post(
        "/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
        headers={"X-Request-ID": "request-0001"},
    )
    assert answer.status_code == 302
    [event] = history_of(people.owner)
    assert event.pgh_context == {
        "user": str(people.owner.pk),
        "system": None,
        "via": "web",
        "request_id": "request-0001",
    }


@pytest.mark.urls("tests.api.site")
def test_api_names_the_user_of_its_token_or_session(people: People) -> None:
    address = f"/api/v1/things/{people.north.pk}/rename"
    api_client(make_token(people.owner)).post(address, {"name": "By token"}, content_type="application/json")
    client_for(people.leader).post(address, {"name": "By session"}, content_type="application/json")
    events = history_of(people.north)
    assert [(event.name, event.pgh_context["user"], event.pgh_context["via"]) for event in events] == [
        ("By session", str(people.leader.pk), "api"),
        ("By token", str(people.owner.pk), "api"),
    ]
