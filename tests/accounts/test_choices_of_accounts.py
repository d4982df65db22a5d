"""What a field for an account offers before anything was typed: one's own first, then others, each by name."""

import pytest

from accounts import choices
from kam.people.principal import principal_for
from tests.personas import People, make_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("most", "names"), [(4, ["Kilo", "Zulu", "Alpha", "Bravo"]), (2, ["Kilo", "Zulu"])])
def test_own_accounts_come_first_and_others_by_name(
    people: People, monkeypatch: pytest.MonkeyPatch, most: int, names: list[str]
) -> None:
    monkeypatch.setattr(choices, "FOUND", most)
    for name in ("Alpha", "Zulu", "Charlie", "Kilo", "Bravo"):
        owner = people.admin if name in ("Zulu", "Kilo") else people.owner
        make_account(name, owner=owner, team=people.north_one)
    assert [account.name for account in choices.accounts_named(principal_for(people.admin))] == names
