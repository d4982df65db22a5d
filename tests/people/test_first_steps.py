"""The first steps of an empty company: where home leads, and what counts as done."""

import pytest

from kam.core import clock
from kam.people.enums import Role
from kam.people.models import User
from kam.people.services import create_team
from tests import factories
from tests.personas import SYSTEM, client_for, make_account, make_user
from touchpoints.models import CheckIn

pytestmark = pytest.mark.django_db
PAGE = "/settings/first-steps/"


@pytest.fixture
def admin() -> User:
    return make_user("Ada Admin", role=Role.ADMIN)


def home_of(user: User) -> str:
    return str(client_for(user).get("/").headers["Location"])


def done(user: User) -> dict[str, bool]:
    return {seen.step.key: seen.is_done for seen in client_for(user).get(PAGE).context["steps"]}


def test_steps_are_done_as_the_data_say(admin: User) -> None:
    assert done(admin) == {"team": False, "people": False, "accounts": False, "cadence": False}
    team = create_team(by=SYSTEM, name="North")
    assert done(admin) == {"team": True, "people": False, "accounts": False, "cadence": False}
    owner = make_user("Olga Owner", team=team)
    assert done(admin) == {"team": True, "people": True, "accounts": False, "cadence": False}
    account = make_account("Alpha", owner=owner, team=team)
    assert done(admin) == {"team": True, "people": True, "accounts": True, "cadence": False}
    now = clock.now().date()
    CheckIn.objects.create(account=account, source_id="operational", period_on=now, due_on=now)
    assert done(admin) == {"team": True, "people": True, "accounts": True, "cadence": True}


def test_next_step_is_the_first_open_one(admin: User) -> None:
    factories.make_team("North")
    steps = client_for(admin).get(PAGE).context["steps"]
    assert [seen.step.key for seen in steps if seen.is_next] == ["people"]


def test_administrator_of_an_empty_company_is_led_there_until_it_can_work(admin: User) -> None:
    assert home_of(admin) == PAGE
    team = create_team(by=SYSTEM, name="North")
    owner = make_user("Olga Owner", team=team)
    assert (home_of(admin), home_of(owner)) == (PAGE, "/my-day/")
    make_account("Alpha", owner=owner, team=team)
    assert home_of(admin) == "/portfolio/"


def test_dismissed_steps_lead_nobody_any_more(admin: User) -> None:
    other = make_user("Ben Admin", role=Role.ADMIN)
    assert client_for(admin).post(PAGE).status_code == 303
    assert (home_of(admin), home_of(other)) == ("/portfolio/", PAGE)
    assert client_for(admin).get(PAGE).status_code == 200
