"""One's own profile."""

import pytest

from kam.core.errors import BadInput, DomainError
from kam.people.own.services import edit_profile
from kam.people.rules import NotAllowed
from tests.personas import People, client_for, principal

pytestmark = pytest.mark.django_db
NEW = {"name": " Olga  New ", "timezone": "Asia/Tokyo", "morning_mail": False}


def test_profile_is_saved_as_typed(people: People) -> None:
    client = client_for(people.owner)
    assert client.get("/settings/profile/").context["form"].initial == {
        "name": "Olga Owner",
        "timezone": "UTC",
        "morning_mail": True,
    }
    answer = client.post("/settings/profile/", {"name": " Olga  New ", "timezone": "Asia/Tokyo"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/profile/")
    people.owner.refresh_from_db()
    assert (people.owner.name, people.owner.timezone, people.owner.morning_mail) == ("Olga New", "Asia/Tokyo", False)


@pytest.mark.parametrize(
    ("wrong", "error", "code"),
    [
        ({"name": "  "}, DomainError, "name_missing"),
        ({"timezone": "Mars/Olympus"}, BadInput, "zone_unknown"),
        ({"timezone": "../etc/passwd"}, BadInput, "zone_unknown"),
    ],
)
def test_profile_refuses(people: People, wrong: dict[str, str], error: type[DomainError], code: str) -> None:
    with pytest.raises(error) as raised:
        edit_profile(by=principal(people.owner), user=people.owner, **(NEW | wrong))
    assert (type(raised.value), raised.value.code) == (error, code)


def test_profile_is_ones_own(people: People) -> None:
    with pytest.raises(NotAllowed):
        edit_profile(by=principal(people.admin), user=people.owner, **NEW)
